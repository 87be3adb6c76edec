import { currentBootId } from "@spawn/attempt-runner";
import type { QueueFold } from "@spawn/status-model";
import { askYes } from "../terminal/ask-yes.js";

export interface StopQuestion {
  readonly fold: QueueFold;
  /** Jobs with an attempt that has no recorded end. */
  readonly jobs: readonly string[];
  readonly instanceId: string;
  /** Whether the answer was given beforehand. */
  readonly yes: boolean;
  readonly print: (text: string) => void;
}

/**
 * Whether attempts that a lost runner left running may be stopped, so that the queue goes on with another file: says which
 * they are, and asks. After another boot none runs.
 *
 * @throws SpawnError `bad-arguments` where there is nobody to ask.
 */
export async function mayStopAttempts(question: StopQuestion): Promise<boolean> {
  const { fold, jobs, instanceId, yes, print } = question;
  const running = jobs.filter((job) => fold.job(job).last?.bootId === currentBootId()).join(", ");
  if (running === "") return true;
  print(
    `First stopped, where they still run, and run again: the attempts of ${running}. That uses up no retry.`,
  );
  if (yes) return true;
  return await askYes({
    doing: `stopping the attempts of ${running}`,
    question: "Stop them, and go on with the other file?",
    command: `the same command with -y. To let them end first, go on with the file that the queue had: spawn queue resume ${instanceId}`,
  });
}
