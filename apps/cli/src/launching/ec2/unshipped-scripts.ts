import { statSync } from "node:fs";
import { isAbsolute, normalize, resolve } from "node:path";
import type { QueueSpec } from "@spawn/config-schema";

/**
 * A warning for each file that a command seems to run and that is here, but will not be on the instance: paths relative to the
 * folder of the launch, such as `scripts/train.py`.
 *
 * @param shipped paths relative to the work folder; `undefined` where none is shipped
 */
export function unshippedScripts(
  spec: QueueSpec,
  cwd: string,
  shipped: ReadonlySet<string> | undefined,
): readonly string[] {
  const jobsOf = new Map<string, string[]>();
  for (const job of spec.jobs) {
    if (job.workingDirectory !== undefined) continue;
    for (const path of new Set(pathsIn(job.command))) {
      if (shipped?.has(path) || !isFile(resolve(cwd, path))) continue;
      jobsOf.set(path, [...(jobsOf.get(path) ?? []), job.id]);
    }
  }
  const advice =
    shipped === undefined
      ? "ship this folder: --workdir ."
      : "it is left out by .gitignore or .spawnignore, or lies elsewhere";
  return [...jobsOf].map(
    ([path, jobs]) => `${path} (job ${jobs.join(", ")}) is here and will not be on the instance: ${advice}`,
  );
}

/** Words of a command that look like a file below this folder: with a slash, or an ending. */
function pathsIn(command: string): readonly string[] {
  return (command.match(/[^\s"'`;|&()<>=]+/g) ?? [])
    .filter((word) => !isAbsolute(word) && !word.startsWith("-") && /\/|\.\w+$/.test(word))
    .map((word) => normalize(word))
    .filter((path) => !path.startsWith(".."));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
