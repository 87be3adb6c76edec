import { readFileSync } from "node:fs";
import { instanceLayout } from "@spawn/attempt-runner";
import { loadQueueFile } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import { checkEnvironment } from "./environment.js";

/**
 * Fails for what a resume lacks, before anything runs: variables that `--env` gave to the launch (their values are kept
 * nowhere), and those that the queue file references.
 *
 * @throws SpawnError `bad-arguments`, by name.
 */
export function checkResumeEnvironment(
  instance: Instance,
  variables: Readonly<Record<string, string | undefined>>,
): void {
  const missing = instance.carried.filter((name) => variables[name] === undefined);
  if (missing.length > 0) {
    throw new SpawnError(
      "bad-arguments",
      `given with --env at the launch and not set here: ${missing.join(", ")}`,
      { hint: `Give it again: ${missing.map((name) => `--env ${name}=…`).join(" ")}` },
    );
  }
  const path = instanceLayout(instance.root).queueFile;
  const { spec } = loadQueueFile(readFileSync(path), { fileName: path });
  // A file that is no longer valid is the runner's to refuse: it says where and why.
  if (spec !== undefined) checkEnvironment(spec, variables);
}
