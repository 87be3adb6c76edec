/**
 * The last resort for names that the patterns alone did not keep apart, because a folder is called as one expects
 * a file to be called: where one name is a file (`out.bin`) and another one needs a folder of that name
 * (`out.bin/a`), the folder becomes `out.bin~`; of two equal names the later gets the `~`.
 */
export function separateNames(names: readonly string[]): readonly string[] {
  const files = new Set(names);
  const folders = new Set(names.flatMap(foldersOf));
  if (files.size === names.length && ![...folders].some((folder) => files.has(folder))) return names;
  const used = new Set<string>();
  const isTaken = (path: string): boolean => files.has(path) || folders.has(path) || used.has(path);
  return names.map((name) => {
    const apart = besideFiles(name, files, (path) => files.has(path) || folders.has(path));
    const free = used.has(apart) ? firstFree(apart, isTaken) : apart;
    used.add(free);
    return free;
  });
}

function besideFiles(name: string, files: ReadonlySet<string>, isTaken: (path: string) => boolean): string {
  const parts = name.split("/");
  const renamed = parts.map((part, index) => {
    const path = parts.slice(0, index + 1).join("/");
    if (index === parts.length - 1 || !files.has(path)) return part;
    return part + firstFree(path, isTaken).slice(path.length);
  });
  return renamed.join("/");
}

function firstFree(path: string, isTaken: (path: string) => boolean): string {
  let free = `${path}~`;
  while (isTaken(free)) free += "~";
  return free;
}

/** `a/b/c` is in `a` and in `a/b`. */
function foldersOf(name: string): readonly string[] {
  const parts = name.split("/");
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
