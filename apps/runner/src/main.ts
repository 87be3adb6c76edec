#!/usr/bin/env node
import { detectContainment, machineCapacity } from "@spawn/attempt-runner";
import { SpawnError, systemClock, systemRandom, unreachable } from "@spawn/foundation";
import { openAnyStore } from "@spawn/result-store";
import { destination, pino } from "pino";
import { completionFileHere } from "./agent/completion-file-here.js";
import { HELP, parseArguments, type RunnerCommand } from "./arguments.js";
import { writeCompletion } from "./completion-file.js";
import { watchRequestFiles, watchSignals } from "./local-watchers.js";
import { bringQueue } from "./moving/bring-queue.js";
import { resumeSession } from "./resume-session.js";
import { runSession } from "./session.js";
import { RUNNER_VERSION } from "./version.js";

// Standard error is the runner's log: the launcher points it at a file.
const log = pino({ base: { pid: process.pid } }, destination({ fd: 2, sync: true }));

async function main(argv: readonly string[]): Promise<number> {
  const command = parseArguments(argv);
  switch (command.kind) {
    case "version":
      process.stdout.write(`spawn-runner ${RUNNER_VERSION}\n`);
      return 0;
    case "help":
      process.stdout.write(HELP);
      return 0;
    case "complete":
      writeCompletion(command.completion, command.file ?? completionFileHere());
      return 0;
    case "agent": {
      // Loaded where it is needed: it brings the AWS SDK along.
      const { startAgent } = await import("./agent/start-agent.js");
      return await startAgent(command, log);
    }
    case "run":
      return await run(command);
    default:
      return unreachable(command);
  }
}

/** On this machine, with a folder as the store. */
async function run(command: Extract<RunnerCommand, { kind: "run" }>): Promise<number> {
  const store = await openAnyStore(command.store, { patience: "runner" });
  if (command.fromStore) await bringQueue({ ...command, store, wallMs: () => Date.now() });
  const session = {
    ...command,
    store,
    machine: machineCapacity({ environment: process.env }),
    containment: detectContainment(),
    environment: process.env,
    clock: systemClock(),
    random: systemRandom(),
    watchers: [watchRequestFiles(log), watchSignals(log)],
  };
  const { outcome } = await (command.resume ? resumeSession : runSession)(session, log);
  return outcome.state === "completed" ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof SpawnError && error.code === "bad-arguments") {
      process.stderr.write(`Error: ${error.message}\n${error.hint ?? ""}`);
      process.exit(2);
    }
    if (error instanceof SpawnError) {
      log.error({ code: error.code, hint: error.hint }, error.message);
      process.exit(1);
    }
    log.fatal(error, "bug");
    process.exit(70);
  },
);
