import { join } from "node:path";
import { readProcFile } from "../processes/proc-file.js";

/** One mounted tree of cgroups. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** Controllers of version 1; version 2 names its own in `cgroup.controllers`. */
  readonly controllers: readonly string[];
  /** The cgroup that was asked for in it: this process's own, or another. */
  readonly own: string;
}

/**
 * The hierarchies that this process is in, as far as they are mounted here. `root` stands for `/`, also in the result.
 *
 * @param parent another cgroup than the process's own, by its path in each of them
 */
export function readHierarchies(root: string, parent?: string): readonly Hierarchy[] {
  const places = (readProcFile(join(root, "proc/self/cgroup")) ?? "").split("\n").flatMap(parsePlace);
  const mounts = (readProcFile(join(root, "proc/self/mountinfo")) ?? "").split("\n").flatMap(parseMount);
  return mounts.flatMap((mount): readonly Hierarchy[] => {
    const place = places.find((candidate) => isSameHierarchy(candidate, mount));
    const below = place === undefined ? undefined : pathBelow(mount.shows, parent ?? place.path);
    if (below === undefined) return [];
    return [{ version: mount.version, controllers: mount.controllers, own: join(root, mount.at, below) }];
  });
}

interface Place {
  readonly controllers: readonly string[];
  readonly path: string;
}

/** `4:memory:/a/b`; `0::/a/b` is version 2. */
function parsePlace(line: string): readonly Place[] {
  const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
  return controllers === undefined || path === undefined ? [] : [{ controllers: words(controllers), path }];
}

interface Mount {
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
  /** The cgroup at its top. */
  readonly shows: string;
  readonly at: string;
}

/** proc_pid_mountinfo(5): `41 31 0:38 /top /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw`. */
function parseMount(line: string): readonly Mount[] {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , shows, at] = before.split(" ");
  const [type, , options = ""] = after.split(" ");
  if (shows === undefined || at === undefined) return [];
  const mount = { shows: unescaped(shows), at: unescaped(at) };
  switch (type) {
    case "cgroup2":
      return [{ version: 2, controllers: [], ...mount }];
    case "cgroup":
      return [{ version: 1, controllers: words(options), ...mount }];
    default:
      return [];
  }
}

/** A mount's options name its controllers, among others such as `rw`. */
function isSameHierarchy(place: Place, mount: Mount): boolean {
  if (mount.version === 2) return place.controllers.length === 0;
  return place.controllers.length > 0 && place.controllers.every((name) => mount.controllers.includes(name));
}

/** A container's mount may show only a part of the tree, and not the part that the process is in. */
function pathBelow(top: string, path: string): string | undefined {
  if (path.startsWith("/..")) return undefined;
  if (path === "/" || top === "/") return path === top ? "" : path;
  return path === top || path.startsWith(`${top}/`) ? path.slice(top.length) : undefined;
}

function words(list: string): readonly string[] {
  return list.split(",").filter(Boolean);
}

/** Blanks and backslashes are octal there. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
