import { readFileSync } from "node:fs";
import { instanceLayout } from "@spawn/attempt-runner";
import { loadQueueFile, type QueueSpec } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import { checkEnvironment, type LaunchEnvironment, refuseGivenGpus } from "./environment.js";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Fails for what a resume on its instance lacks, before anything runs: see `checkCarried`, and variables that the queue
 * file references.
 *
 * @throws SpawnError `bad-arguments`, by name.
 */
export function checkResumeEnvironment(instance: Instance, { variables, carried }: LaunchEnvironment): void {
  const path = instanceLayout(instance.root).queueFile;
  const { spec } = loadQueueFile(readFileSync(path), { fileName: path });
  checkCarried(instance.carried, variables);
  // A file that is no longer valid is the runner's to refuse: it says where and why.
  if (spec === undefined) return;
  refuseGivenGpus(spec, carried);
  checkEnvironment(spec, variables);
}

/** The same for a queue that goes on from its store. */
export function checkMovedEnvironment(
  spec: QueueSpec,
  carried: readonly string[],
  variables: Variables,
): void {
  checkCarried(carried, variables);
  refuseGivenGpus(spec, carried);
  checkEnvironment(spec, variables);
}

/** What was carried to an instance is kept nowhere else, and gone with it. @throws SpawnError `bad-arguments`, by name. */
export function checkCarriedAgain(spec: QueueSpec, carried: readonly string[], variables: Variables): void {
  checkCarried(carried, variables, "carried");
  refuseGivenGpus(spec, carried);
  checkEnvironment(spec, variables);
}

/** What `--env` gave at the launch is kept nowhere. */
function checkCarried(carried: readonly string[], variables: Variables, how = "given with --env"): void {
  const missing = carried.filter((name) => variables[name] === undefined);
  if (missing.length === 0) return;
  throw new SpawnError("bad-arguments", `${how} at the launch and not set here: ${missing.join(", ")}`, {
    hint: `Give it again: ${missing.map((name) => `--env ${name}=…`).join(" ")}`,
  });
}
