import { argv, stdin, stdout } from "node:process";
import { SpawnError } from "@spawn/foundation";
import { acquireRunnerLock } from "../runner-lock.js";

/** Says it is there, tries for the lock at the first byte on stdin, says what came of it, and stays until stdin ends. */
stdin.once("data", () => {
  try {
    stdout.write(`won ${acquireRunnerLock(argv[2] ?? "").epoch}\n`);
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    stdout.write(`${error.code}\n`);
  }
});
stdout.write("ready\n");
