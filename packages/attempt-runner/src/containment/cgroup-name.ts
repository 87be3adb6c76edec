import { createHash } from "node:crypto";

/** Where an attempt's cgroup is, below the runner's. */
export interface CgroupName {
  /** `<queue>-<hash>`, shared by the attempts of a queue. */
  readonly group: string;
  /** `<job>.<n>` */
  readonly leaf: string;
}

/** Bytes; a file name may have 255, and what is cut off is in the hash. */
const LONGEST_WORD = 150;

/**
 * The cgroup that belongs to a marker `<group>/<job>/<n>`, and to no other: names with characters that a cgroup's name
 * or a shell could trip over are made plain, and told apart by a hash.
 */
export function cgroupName(marker: string): CgroupName {
  const parts = marker.split("/");
  const leaf = parts.slice(-2).join(".");
  const plain = plainWord(leaf);
  return {
    group: groupName(parts.slice(0, -2).join("/")),
    leaf: plain === leaf ? leaf : `${plain}-${hashOf(leaf)}`,
  };
}

/** The name of a group, whose last part is the queue. */
export function groupName(group: string): string {
  return `${plainWord(group.slice(group.lastIndexOf("/") + 1))}-${hashOf(group)}`;
}

function plainWord(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]|^\./g, "_").slice(0, LONGEST_WORD);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
