import type { JournalEvent } from "../journal-events.js";
import { createdFields, definitionFields, placeFields } from "./definition-shapes.js";
import {
  arrayOf,
  type Fields,
  fieldsOf,
  firstMisfit,
  isAmount,
  isBoolean,
  isChance,
  isCount,
  isObject,
  isOrdinal,
  isString,
  oneOf,
  optional,
  type Shape,
} from "./guards.js";
import { isAttemptOutcome, isQueueOutcome } from "./outcome-shapes.js";
import { runnerStartedFields } from "./runner-shape.js";
import { isQueueSnapshot, keptFields, usageFields } from "./snapshot-shape.js";

type EventType = JournalEvent["type"];
type EventOf<T extends EventType> = Extract<JournalEvent, { type: T }>;

const attemptFields = { t: isAmount, job: isString, attempt: isOrdinal };

const SHAPES: { readonly [T in EventType]: Shape<Omit<EventOf<T>, "type">> } = {
  "queue-started": { t: isAmount },
  "attempt-starting": { ...attemptFields, gpus: optional(arrayOf(isString)) },
  "attempt-timed-out": attemptFields,
  "attempt-ended": {
    ...attemptFields,
    outcome: isAttemptOutcome,
    random: isChance,
    endedAt: optional(isAmount),
  },
  "backoff-elapsed": attemptFields,
  "global-timeout-reached": { t: isAmount },
  "cancel-requested": { t: isAmount, force: isBoolean },
  "interrupt-requested": { t: isAmount, cause: oneOf("spot", "ttl", "shutdown") },
  "attempts-unknown": attemptFields,
  "queue-continued": { t: isAmount },
  "queue-resumed": { t: isAmount, jobs: arrayOf(isString) },
  "queue-created": createdFields,
  "queue-changed": { t: isAmount, ...definitionFields },
  "instance-changed": {
    t: isAmount,
    ...placeFields,
    lost: arrayOf(isString),
    undeclared: arrayOf(isString),
  },
  "runner-started": runnerStartedFields,
  "deadline-set": { t: isAmount, deadline: isCount },
  "instance-kept": { t: isAmount, ...keptFields },
  "attempt-started": { ...attemptFields, pid: isOrdinal, pidStart: isCount },
  "attempt-usage": { ...attemptFields, ...usageFields },
  "results-stored": { ...attemptFields, files: isCount, bytes: isCount },
  "results-unstored": { ...attemptFields, message: isString, delayed: optional(isBoolean) },
  warning: { t: isAmount, job: optional(isString), attempt: optional(isOrdinal), message: isString },
  "queue-finished": { t: isAmount, outcome: isQueueOutcome },
  snapshot: { t: isAmount, segment: isOrdinal, state: isQueueSnapshot },
};

const FIELDS_BY_TYPE: ReadonlyMap<string, Fields> = new Map(
  Object.entries<Shape<unknown>>(SHAPES).map(([type, shape]) => [type, fieldsOf(shape)]),
);

/** Whether this version of the format gives the type a meaning. */
export function isKnownType(type: string): boolean {
  return FIELDS_BY_TYPE.has(type);
}

/** The name of the first field of an event that does not fit its type. */
export function misfitOf(event: Readonly<Record<string, unknown>>): string | undefined {
  if (!isAmount(event.t)) return "t";
  const fields = isString(event.type) ? FIELDS_BY_TYPE.get(event.type) : undefined;
  return fields === undefined ? "type" : firstMisfit(fields, event);
}

export function isJournalEvent(event: object): event is JournalEvent {
  return isObject(event) && misfitOf(event) === undefined;
}
