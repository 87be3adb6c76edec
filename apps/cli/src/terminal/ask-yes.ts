import { createInterface } from "node:readline/promises";
import { SpawnError } from "@spawn/foundation";

export interface YesQuestion {
  /** What is about to be done, as in "… needs a yes". */
  readonly doing: string;
  readonly question: string;
  /** The command that does not ask. */
  readonly command: string;
}

/** Asks on the terminal. @throws SpawnError `bad-arguments` where there is nobody to ask. */
export async function askYes({ doing, question, command }: YesQuestion): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new SpawnError("bad-arguments", `${doing} needs a yes, and there is nobody to ask`, {
      hint: `Give it beforehand: ${command}`,
    });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and Ctrl-D close the prompt without an answer.
    const closed = new Promise<string>((resolve) => prompt.once("close", () => resolve("")));
    const answer = await Promise.race([prompt.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
