import { type Progress, progressOf } from "./progress.js";

/**
 * Reads what a job wrote to its progress file: `{"done":52,"total":100}`. A text of the
 * job's own is not taken over: nobody here could mask it.
 *
 * @returns `undefined` for anything else, such as a file that is just being written
 */
export function parseProgressFile(text: string): Progress | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("done" in value && "total" in value)) return undefined;
  const { done, total } = value;
  if (typeof done !== "number" || typeof total !== "number") return undefined;
  return progressOf(`${done}/${total}`, done, total);
}
