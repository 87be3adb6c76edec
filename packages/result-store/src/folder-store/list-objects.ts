import { type Dirent, lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "@spawn/foundation";
import type { ListedObject } from "../result-store.js";

/** All files below a folder of the store; what vanishes meanwhile is left out. */
export async function* listObjects(root: string, folder: string): AsyncGenerator<ListedObject> {
  for (const entry of await entriesOf(join(root, folder))) {
    const key = `${folder}${entry.name}`;
    if (folder === "" && entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) yield* listObjects(root, `${key}/`);
    else if (entry.isFile()) yield* listed(join(root, key), key);
  }
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

function* listed(path: string, key: string): Generator<ListedObject> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined) yield { key, size: stats.size, modifiedMs: stats.mtimeMs };
}
