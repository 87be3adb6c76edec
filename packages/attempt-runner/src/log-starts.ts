import { appendFileSync, readFileSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";

const START = /^([1-9]\d*) (\d+)$/;

/**
 * Where in a merged log each attempt but the first begins, in bytes, by its number, in ascending order. One that wrote
 * nothing is not in it; the first always begins at 0.
 */
export type LogStarts = ReadonlyMap<number, number>;

/**
 * Notes that an attempt's first bytes follow at `byte` of its job's merged log. What was noted of it before is void.
 *
 * @throws the file system's error
 */
export function appendLogStart(path: string, attempt: number, byte: number): void {
  // A line of its own also behind a torn one.
  appendFileSync(path, `\n${attempt} ${byte}\n`, { mode: 0o600 });
}

/** Nothing where nothing was noted. @throws the file system's error, unless there is no such file */
export function readLogStarts(path: string): LogStarts {
  const starts = new Map<number, number>();
  for (const line of readLines(path)) {
    const [, attempt, byte] = START.exec(line) ?? [];
    if (attempt !== undefined) starts.set(Number(attempt), Number(byte));
  }
  return new Map([...starts].sort(([a], [b]) => a - b));
}

/** Where the attempt begins in the merged log; `undefined` where it has nothing in it. */
export function logStartOf(path: string, attempt: number): number | undefined {
  return attempt <= 1 ? 0 : readLogStarts(path).get(attempt);
}

/** The bytes of a merged log that are an attempt's; `to` is absent where they go on to its end. */
export function logRangeOf(
  starts: LogStarts,
  attempt: number,
): { readonly from: number; readonly to?: number } | undefined {
  const from = attempt === 1 ? 0 : starts.get(attempt);
  if (from === undefined) return undefined;
  const next = [...starts.keys()].find((other) => other > attempt);
  const to = next === undefined ? undefined : starts.get(next);
  return { from, ...(to === undefined ? {} : { to }) };
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}
