import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILES_IN_A_FOLDER = 100;

/**
 * Files that cannot be compressed, a hundred to a folder.
 *
 * @param {string} folder
 * @param {{ files: number, bytes: number }} load how many, and the size of each
 */
export function makeFiles(folder, { files, bytes }) {
  for (let index = 0; index < files; index += 1) {
    const inside = join(folder, String(Math.floor(index / FILES_IN_A_FOLDER)).padStart(3, "0"));
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, `${String(index).padStart(5, "0")}.bin`), randomBytes(bytes));
  }
}

/**
 * What lies in a folder and below.
 *
 * @returns {{ files: number, bytes: number }} the size of all of them
 */
export function filesIn(folder) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return { files: paths.length, bytes: paths.reduce((sum, path) => sum + statSync(path).size, 0) };
}
