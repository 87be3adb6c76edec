import { statSync } from "node:fs";
import { formatSize, SpawnError } from "@spawn/foundation";
import { type GitState, gitState } from "./git-state.js";
import { type ShippedFiles, shippedFiles } from "./shipped-files.js";

const LARGE_BYTES = 1e9;
const NAMED = 3;

/** A folder that goes along to the instance. */
export interface ChosenWorkdir extends ShippedFiles {
  /** Absolute. */
  readonly root: string;
  readonly git: GitState | undefined;
}

/**
 * Looks at a folder that is to be shipped.
 *
 * @param root absolute
 * @param mayBeLarge whether somebody has said yes to more than 1 GB
 * @throws SpawnError `bad-arguments`, `permission-denied`.
 */
export async function chooseWorkdir(root: string, mayBeLarge: boolean): Promise<ChosenWorkdir> {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new SpawnError("bad-arguments", `the work folder is not a folder: ${root}`);
  const shipped = shippedFiles(root);
  if (shipped.size > LARGE_BYTES && !mayBeLarge) {
    throw new SpawnError(
      "bad-arguments",
      `the work folder is ${formatSize(shipped.size)} (${shipped.files.length} files), and shipping more than 1 GB needs a yes: -y`,
      { hint: `Leave out what jobs do not need, in ${root}/.spawnignore. The largest: ${largest(shipped)}` },
    );
  }
  return { root, ...shipped, git: await gitState(root) };
}

/** What is worth knowing before it is shipped, a line each. */
export function workdirWarnings({ files, skipped }: ChosenWorkdir): readonly string[] {
  const secret = files.filter(({ path }) =>
    /(^|\/)(\.env(\.(?!example|sample|template)\w+)?|\.netrc|id_(rsa|ed25519))$/.test(path),
  );
  return [
    ...secret.map(
      ({ path }) =>
        `the work folder holds ${path}, which is shipped as it is: leave it out in .spawnignore unless jobs need it`,
    ),
    ...skipped.map((path) => `${path} is no file, folder or link: it is not shipped`),
  ];
}

function largest({ files }: ShippedFiles): string {
  const sizes = new Map<string, number>();
  for (const { path, size } of files) {
    const top = path.includes("/") ? `${path.slice(0, path.indexOf("/"))}/` : path;
    sizes.set(top, (sizes.get(top) ?? 0) + size);
  }
  return [...sizes]
    .sort(([, a], [, b]) => b - a)
    .slice(0, NAMED)
    .map(([name, size]) => `${name} (${formatSize(size)})`)
    .join(", ");
}
