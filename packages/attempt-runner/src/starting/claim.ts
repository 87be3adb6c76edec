import { appendFileSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { errnoOf, explainFileError } from "@spawn/foundation";

/**
 * What an attempt's claim file says. The lines: the wrapper's pid, with its cgroup's folders behind it where it is in
 * one; then `exit <code>`, and `oom` where a runner has found that out; or `void` alone.
 */
export type Claim =
  /** No file: nobody has claimed it yet. */
  | { readonly kind: "unclaimed" }
  /** A file without a full line: the wrapper is about to write, or was ended just there. */
  | { readonly kind: "empty" }
  /** The command never ran and never will. */
  | { readonly kind: "void" }
  /** The wrapper with this pid runs the command, or did. */
  | ({ readonly kind: "claimed" } & Holder)
  | ({ readonly kind: "ended"; readonly exitCode: number } & Holder);

/** Who holds a claim. */
interface Holder {
  readonly pid: number;
  /** Of the cgroup that the wrapper is in; none when it is in none of its own. */
  readonly cgroup: readonly string[];
  /** Whether the attempt is known to have been killed for want of memory. */
  readonly oom: boolean;
}

const VOID_LINE = "void";
const OOM_LINE = "oom";

/** Between a cgroup's folders. */
export const PLACE_SEPARATOR = ":";

export function readClaim(path: string): Claim {
  try {
    return parseClaim(readFileSync(path, "latin1"));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { kind: "unclaimed" };
    throw error;
  }
}

export function parseClaim(text: string): Claim {
  const lines = text.split("\n").slice(0, -1);
  if (lines[0] === VOID_LINE) return { kind: "void" };
  const [, pid, place] = /^(\d+)(?: (.+))?$/.exec(lines[0] ?? "") ?? [];
  if (pid === undefined) return { kind: "empty" };
  const holder: Holder = {
    pid: Number(pid),
    cgroup: place?.split(PLACE_SEPARATOR) ?? [],
    oom: lines.includes(OOM_LINE),
  };
  const exitCode = /^exit (\d+)$/.exec(lines[1] ?? "")?.[1];
  return exitCode === undefined
    ? { kind: "claimed", ...holder }
    : { kind: "ended", ...holder, exitCode: Number(exitCode) };
}

/** Keeps what the kernel counted for the next runner, since the counters go with the cgroup. After the wrapper's end. */
export function noteOom(path: string): void {
  appendFileSync(path, `${OOM_LINE}\n`);
}

/**
 * Claims the attempt for nobody: if this wins, its command never runs. The file appears with its content at once, so
 * an empty one can only be a wrapper's.
 *
 * @returns whether this call won.
 * @throws SpawnError `permission-denied` or `no-space`.
 */
export function voidClaim(path: string): boolean {
  const draft = `${path}.void-${process.pid}`;
  try {
    writeFileSync(draft, `${VOID_LINE}\n`, { mode: 0o600 });
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw explainFileError(error, "cannot settle what became of an attempt", path);
  } finally {
    rmSync(draft, { force: true });
  }
}
