import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { errnoOf, explainFileError } from "@spawn/foundation";

/** What an attempt's claim file says. The lines: the wrapper's pid, then `exit <code>`; or `void` alone. */
export type Claim =
  /** No file: nobody has claimed it yet. */
  | { readonly kind: "unclaimed" }
  /** A file without a full line: the wrapper is about to write, or was ended just there. */
  | { readonly kind: "empty" }
  /** The command never ran and never will. */
  | { readonly kind: "void" }
  /** The wrapper with this pid runs the command, or did. */
  | { readonly kind: "claimed"; readonly pid: number }
  | { readonly kind: "ended"; readonly pid: number; readonly exitCode: number };

const VOID_LINE = "void";

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
  const pid = /^\d+$/.test(lines[0] ?? "") ? Number(lines[0]) : undefined;
  if (pid === undefined) return { kind: "empty" };
  const exitCode = lines[1] === undefined ? undefined : /^exit (\d+)$/.exec(lines[1])?.[1];
  return exitCode === undefined
    ? { kind: "claimed", pid }
    : { kind: "ended", pid, exitCode: Number(exitCode) };
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
