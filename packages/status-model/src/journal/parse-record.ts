import type { JournalRecord, UnknownEvent } from "../journal-events.js";
import { isJournalEvent, isKnownType, misfitOf } from "./event-shapes.js";
import { isAmount, isNumber, isObject, isOrdinal, isString } from "./guards.js";

/** A record, or in words what is wrong with it. */
export type ParsedRecord =
  | { readonly record: JournalRecord }
  | { readonly record?: never; readonly problem: string };

/** Read by itself, so that what `JSON.parse` gives of the rest is the event as it is: copying it would take as long again. */
const HEAD = /^\{"seq":(\d+),"at":(-?\d[\d.e+-]*),/;

/** Reads the JSON text of one record into its typed form. This is the edge: behind it nothing is checked again. */
export function parseRecord(text: string): ParsedRecord {
  const head = HEAD.exec(text);
  if (head === null) return { problem: 'it does not begin with "seq" and "at"' };
  const seq = Number(head[1]);
  const at = Number(head[2]);
  if (!isOrdinal(seq)) return { problem: 'its "seq" is not a whole number from 1' };
  if (!isNumber(at)) return { problem: 'its "at" is not a number' };
  let fields: unknown;
  try {
    fields = JSON.parse(`{${text.slice(head[0].length)}`);
  } catch {
    return { problem: "it is not JSON" };
  }
  if (!isObject(fields)) return { problem: "it is not an object" };
  if (isJournalEvent(fields)) return { record: { seq, at, event: fields } };
  const event = unknownEventOf(fields);
  if (event === undefined)
    return { problem: `its "${misfitOf(fields)}" is not what its type of event needs` };
  return { record: { seq, at, event } };
}

function unknownEventOf({ t, ...original }: Record<string, unknown>): UnknownEvent | undefined {
  const { type } = original;
  return isString(type) && !isKnownType(type) && isAmount(t) ? { type: "unknown", t, original } : undefined;
}
