import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { explainFileError } from "@spawn/foundation";
import { create } from "tar";
import type { ShippedFiles } from "./shipped-files.js";

export interface PackedFolder {
  /** Path of the `tar.gz`. */
  readonly archive: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Packs files of a folder into one archive. Modes and times are kept, owners are not; the same files give the same bytes.
 *
 * @param archive where it is written
 * @throws SpawnError `permission-denied`, `no-space`.
 */
export async function packWorkdir(
  root: string,
  { files }: Pick<ShippedFiles, "files">,
  archive: string,
): Promise<PackedFolder> {
  try {
    const paths = files.map(({ path }) => `./${path}`);
    // Level 6 without a time of day in its header.
    const options = {
      cwd: root,
      file: archive,
      gzip: { level: 6 },
      portable: true,
      noDirRecurse: true,
      mode: 0o600,
    };
    await create({ ...options, strict: true }, paths);
  } catch (error) {
    throw explainFileError(error, "cannot pack the work folder", root);
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(archive), hash);
  return { archive, size: (await stat(archive)).size, sha256: hash.digest("hex") };
}
