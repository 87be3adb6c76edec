import type { JournalRecord } from "../journal-events.js";
import { sealLine } from "./seal.js";

/**
 * One line of the journal, newline included: `{"seq":…,"at":…,"t":…,"type":…,…,"crc":"…"}`, those four first and in this
 * order. An event of a newer version comes out with the bytes it came in with.
 */
export function encodeRecord({ seq, at, event }: JournalRecord): string {
  const flat =
    event.type === "unknown"
      ? { seq, at, t: event.t, ...event.original }
      : Object.assign({ seq, at, t: event.t, type: event.type }, event);
  return sealLine(JSON.stringify(flat));
}
