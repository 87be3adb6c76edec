import fc from "fast-check";
import type { AttemptOutcome } from "../events.js";

/** How the attempts of jobs end: given by job and attempt, whatever the order of events. */
export type OutcomeScript = (job: string, attempt: number) => AttemptOutcome;

export const SUCCESS: AttemptOutcome = { reason: "exit", exitCode: 0 };

/** Ends of all sorts but those that somebody asks for (`cancelled`, `interrupted`). */
export function arbitraryOutcome(): fc.Arbitrary<AttemptOutcome> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(SUCCESS) },
    {
      weight: 4,
      arbitrary: fc
        .integer({ min: 1, max: 3 })
        .map((exitCode): AttemptOutcome => ({ reason: "exit", exitCode })),
    },
    { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ reason: "signal", signal: 9 }) },
    { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ reason: "timeout" }) },
    { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ reason: "oom" }) },
    {
      weight: 1,
      arbitrary: fc.constant<AttemptOutcome>({ reason: "start-failed", message: "no such folder" }),
    },
    { weight: 2, arbitrary: fc.constant<AttemptOutcome>({ reason: "host-lost" }) },
    { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ reason: "never-started" }) },
  );
}

/** Scripts for DAGs of up to `jobs` jobs; attempts beyond what is scripted succeed. */
export function arbitraryScript(
  ids: readonly string[],
  outcome: fc.Arbitrary<AttemptOutcome> = arbitraryOutcome(),
): fc.Arbitrary<OutcomeScript> {
  return fc
    .array(fc.array(outcome, { maxLength: 5 }), { minLength: ids.length, maxLength: ids.length })
    .map((lists) => {
      const byJob = new Map(ids.map((id, index) => [id, lists[index] ?? []]));
      const script: OutcomeScript = (job, attempt) => byJob.get(job)?.[attempt - 1] ?? SUCCESS;
      return Object.assign(script, { toString: () => JSON.stringify([...byJob]) });
    });
}
