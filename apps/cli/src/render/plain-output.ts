import { stripVTControlCharacters } from "node:util";

const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/g;

/** A line of a job's output without what would colour, move or clear the reader's terminal; tabs stay. */
export function plainOutput(line: string): string {
  return stripVTControlCharacters(line).replace(CONTROL, "");
}
