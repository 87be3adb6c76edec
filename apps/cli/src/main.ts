import { flush, run } from "@oclif/core";
import { asksForJson } from "./asks-for-json.js";
import { describeFailure } from "./failure.js";
import { failureJson, failureText } from "./render/failure-text.js";
import { colorOf, paletteOf } from "./render/palette.js";

/** Runs one command line and settles the process's exit status. */
export async function main(argv: readonly string[], entry: string): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", leaveWhenNobodyReads);
  try {
    await run([...argv], entry);
    await flush();
  } catch (error) {
    // Commands explain their own failures; what arrives here is an unknown command, or failed before one began.
    const failure = describeFailure(error);
    if (failure === undefined) return;
    const palette = paletteOf(colorOf(process.stderr, process.env));
    process.stderr.write(failureText(failure, palette));
    if (asksForJson(argv)) process.stdout.write(`${JSON.stringify(failureJson(failure), undefined, 2)}\n`);
    process.exitCode = failure.status;
  }
}

/** `spawn list | head -1` closes the pipe early: that is no failure. */
function leaveWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? 0);
}
