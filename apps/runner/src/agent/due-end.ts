/** What ends an instance before or after its queue is over, the strongest first. */
const END_CAUSES = ["spot", "completion", "ttl", "idle"] as const;
export type EndCause = (typeof END_CAUSES)[number];

/** How things stand with an instance; times in milliseconds. */
export interface EndFacts {
  readonly spotNotice: boolean;
  /** Until the grace after the completion file is over; absent without such a file. */
  readonly completionLeftMs?: number;
  /** Until the queue has to be stopped for the deadline. */
  readonly drainLeftMs: number;
  /** Until the instance has been idle for as long as it may; absent where it may, or while a queue runs. */
  readonly idleLeftMs?: number;
}

/** The strongest of the reasons that hold now to end the instance. */
export function dueEnd(facts: EndFacts): EndCause | undefined {
  return END_CAUSES.find((cause) => isDue(cause, facts));
}

function isDue(cause: EndCause, facts: EndFacts): boolean {
  switch (cause) {
    case "spot":
      return facts.spotNotice;
    case "completion":
      return facts.completionLeftMs !== undefined && facts.completionLeftMs <= 0;
    case "ttl":
      return facts.drainLeftMs <= 0;
    case "idle":
      return facts.idleLeftMs !== undefined && facts.idleLeftMs <= 0;
  }
}

/** Whether `cause` comes before `other`. */
export function isStronger(cause: EndCause, other: EndCause | undefined): boolean {
  return other === undefined || END_CAUSES.indexOf(cause) < END_CAUSES.indexOf(other);
}
