import fc from "fast-check";
import { expect } from "vitest";
import type { JobChange, Lease, Settlement } from "../../job-store.js";
import { claim, LEASE_MS, newJob } from "../contract-helpers.js";
import type { StoreUnderTest } from "../store-under-test.js";
import type { ModelRow, StoreModel } from "./store-model.js";

/** The real thing, with what only it knows: the ids of its jobs and the leases of its claims, in the model's order. */
interface RealStore {
  readonly under: StoreUnderTest;
  readonly jobIds: number[];
  readonly leases: Lease[];
}

type Command = fc.AsyncCommand<StoreModel, RealStore>;

/** Puts one thing to both, and compares all jobs afterwards. */
function command(label: string, run: (model: StoreModel, real: RealStore) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      expect(await rowsOf(real)).toEqual(model.rows());
    },
    toString: () => label,
  };
}

async function rowsOf({ under, jobIds }: RealStore): Promise<readonly ModelRow[]> {
  const rows = await under.store.listJobs({ limit: jobIds.length + 1 });
  expect(rows.map(({ job_id }) => job_id)).toEqual(jobIds.toReversed());
  return rows.toReversed().map(({ status, retry_count, max_retries, cancel_requested, needs, priority }) => {
    return { status, retry_count, max_retries, cancel_requested, needs, priority };
  });
}

const needs = fc.constantFrom("command", "queue", "type:training");

const submit = fc
  .record({ priority: fc.integer({ min: 1, max: 10 }), needs, max_retries: fc.integer({ min: 0, max: 2 }) })
  .map((changes) =>
    command(`submit ${JSON.stringify(changes)}`, async (model, { under, jobIds }) => {
      model.insert(newJob(changes));
      jobIds.push(await under.store.insertJob(newJob(changes)));
    }),
  );

const take = fc.option(fc.uniqueArray(needs, { minLength: 1 }), { nil: undefined }).map((wanted) =>
  command(`claim ${wanted ?? "any"}`, async (model, { under, jobIds, leases }) => {
    const expected = model.claim(wanted);
    const result = await claim(under.store, "worker-01", wanted);
    if (expected === undefined) {
      expect(result.kind).toBe("nothing");
      return;
    }
    expect(result).toMatchObject({ kind: "claimed", row: { job_id: jobIds[expected.job] } });
    if (result.kind === "claimed") leases[expected.claim] = result.lease;
  }),
);

const settlement: fc.Arbitrary<Settlement> = fc.oneof(
  fc.constant<Settlement>({ kind: "completed" }),
  fc.constant<Settlement>({ kind: "failed", errorMessage: "exit 1" }),
  fc.constant<Settlement>({ kind: "cancelled" }),
  fc.constant<Settlement>({ kind: "released" }),
  fc
    .constantFrom(0, LEASE_MS / 2)
    .map((delayMs) => ({ kind: "retrying", errorMessage: "exit 1", delayMs }) as const),
);

/** Old jobs and claims are left alone, so that much happens to each. */
const RECENT = 6;

/** Picks one of the recent jobs or claims, of however many there are by then. */
const pick = fc.nat({ max: 1_000 });

const settle = fc.tuple(pick, settlement).map(([which, how]) =>
  command(`settle ${which} ${JSON.stringify(how)}`, async (model, { under, leases }) => {
    const number = picked(leases, which);
    if (number === undefined) return;
    expect(await under.store.settleJob(leases[number]!, how)).toBe(model.settle(number, how));
  }),
);

const renew = pick.map((which) =>
  command(`renew ${which}`, async (model, { under, leases }) => {
    const number = picked(leases, which);
    if (number === undefined) return;
    expect(await under.store.renewLease(leases[number]!, LEASE_MS)).toBe(model.renew(number));
  }),
);

const byHand = fc.tuple(pick, fc.constantFrom("cancel", "retry", "takeBack")).map(([which, how]) =>
  command(`${how} ${which}`, async (model, { under: { store }, jobIds }) => {
    if (jobIds.length === 0) return;
    const place = jobIds.length - 1 - (which % Math.min(jobIds.length, RECENT));
    const jobId = jobIds[place]!;
    const changes: Record<typeof how, () => Promise<JobChange>> = {
      cancel: () => store.cancelJob(jobId),
      retry: () => store.retryJob(jobId),
      takeBack: () => store.takeBackJob(jobId),
    };
    expect((await changes[how]()).kind).toBe(model[how](model.jobs[place]!) ? "changed" : "refused");
  }),
);

const elapse = fc.constantFrom(LEASE_MS / 4, LEASE_MS + 150).map((ms) =>
  command(`elapse ${ms}`, async (model, { under }) => {
    model.elapse(ms);
    await under.elapse(ms);
    await under.store.recoverJobs();
  }),
);

/** The number of one of the last claims. Claims are numbered from 1. */
function picked(leases: readonly Lease[], which: number): number | undefined {
  const count = leases.length - 1;
  return count <= 0 ? undefined : count - (which % Math.min(count, RECENT));
}

export function storeCommands(maxCommands: number): fc.Arbitrary<Iterable<Command>> {
  const kinds = [submit, take, take, settle, settle, renew, byHand, elapse];
  return fc.commands(kinds, { maxCommands, size: "max" });
}
