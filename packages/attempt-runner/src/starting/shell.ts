import { accessSync, constants, statSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";

/** Searched behind the folders of `PATH`, so that a job with an unusual one still finds its shell. */
const STANDARD_FOLDERS = ["/usr/local/bin", "/usr/bin", "/bin"] as const;

/** Where programs were found, by name and search path. A queue asks for the same few, thousands of times. */
const found = new Map<string, string>();

/** The program `name`, looked for in the absolute folders of `searchPath` and then in the standard ones. */
export function findProgram(name: string, searchPath: string | undefined): string | undefined {
  const key = `${name}\0${searchPath ?? ""}`;
  const known = found.get(key);
  if (known !== undefined && isProgram(known)) return known;
  const path = searchProgram(name, searchPath);
  if (path === undefined) found.delete(key);
  else found.set(key, path);
  return path;
}

function searchProgram(name: string, searchPath: string | undefined): string | undefined {
  const folders = (searchPath ?? "").split(":").filter((folder) => isAbsolute(folder));
  return [...folders, ...STANDARD_FOLDERS].map((folder) => join(folder, name)).find(isProgram);
}

/** A shell to run a command with: its program, and the name it was asked for by. */
export interface Shell {
  readonly path: string;
  readonly name: string;
}

/** `wanted` is a name or a path (relative to `cwd`); `bash`, or `sh` where there is none, when absent. */
export function findShell(
  wanted: string | undefined,
  { cwd, searchPath }: { readonly cwd: string; readonly searchPath: string | undefined },
): Shell | undefined {
  if (wanted === undefined) {
    return findShell("bash", { cwd, searchPath }) ?? findShell("sh", { cwd, searchPath });
  }
  if (wanted.includes("/")) {
    const path = resolve(cwd, wanted);
    return isProgram(path) ? { path, name: wanted } : undefined;
  }
  const path = findProgram(wanted, searchPath);
  return path === undefined ? undefined : { path, name: wanted };
}

export function isBash(shell: Shell): boolean {
  return basename(shell.path) === "bash";
}

function isProgram(path: string): boolean {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
