import { LogFile } from "../logs/log-file.js";
import { LogLines } from "../logs/log-lines.js";
import { plainOutput } from "../render/plain-output.js";

const LAST_BYTES = 4 * 1024;
const MOST_CHARACTERS = 200;

/** The last line of a file that says anything, without its colours; `undefined` where there is none. */
export function lastLine(path: string): string | undefined {
  const lines = new LogLines();
  const found = [...new LogFile(path, { lastBytes: LAST_BYTES }).read()].flatMap((chunk) => [
    ...lines.push(chunk),
  ]);
  const last = [...found, ...lines.end()]
    .map((line) => plainOutput(line).trim())
    .findLast((line) => line !== "");
  if (last === undefined || last.length <= MOST_CHARACTERS) return last;
  return `${last.slice(0, MOST_CHARACTERS)}…`;
}
