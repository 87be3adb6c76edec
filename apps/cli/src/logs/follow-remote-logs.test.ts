import { jobKeys } from "@spawn/result-store";
import { MemoryStore } from "@spawn/result-store/testing";
import { queueStatus } from "@spawn/status-model";
import { firstPipelineCompleted, firstPipelineRunning, foldOf, START_AT } from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { followRemoteLogs } from "./follow-remote-logs.js";

const QUEUE = "first-pipeline";

class CountingStore extends MemoryStore {
  reads = 0;

  override async readBytes(...args: Parameters<MemoryStore["readBytes"]>) {
    this.reads += 1;
    return super.readBytes(...args);
  }
}

const at = (t: number) => ({ wallMs: START_AT + t, t, runner: "alive" }) as const;
const running = queueStatus(foldOf(firstPipelineRunning()), at(15_000));
const completed = queueStatus(foldOf(firstPipelineCompleted()), at(30_000));

/** Follows a queue that has these statuses, one a look, while the store is filled before each of them. */
async function follow(
  store: MemoryStore,
  looks: readonly (readonly [() => Promise<unknown>, typeof running])[],
  tail?: number,
): Promise<readonly string[]> {
  const lines: string[] = [];
  let at = 0;
  const queue = {
    look: async () => {
      const [fill, status] = looks[at++] ?? [];
      await fill?.();
      return status ?? completed;
    },
  };
  await followRemoteLogs(
    { queue, store, queueId: QUEUE },
    {
      jobs: ["step1", "step2", "step3"],
      tail,
      signal: new AbortController().signal,
      onLine: (job, line) => lines.push(`${job}: ${line}`),
      everyMs: 1,
    },
  );
  return lines;
}

const grow = (store: MemoryStore, job: string, text: string) => async () =>
  store.putBytes(jobKeys(QUEUE, job).merged, Buffer.from(text));

describe("logs of a queue on EC2", () => {
  it("come once each, however they grow, and with the rest at the end", async () => {
    const store = new CountingStore();
    const lines = await follow(store, [
      [grow(store, "step1", "one\ntw"), running],
      [grow(store, "step1", "one\ntwo\n"), running],
      [grow(store, "step2", "three"), completed],
    ]);
    expect(lines).toEqual(["step1: one", "step1: two", "step2: three"]);
  });

  it("are cut to the last lines of what was there at first alone", async () => {
    const store = new CountingStore();
    const lines = await follow(
      store,
      [
        [grow(store, "step1", "1\n2\n3\n"), running],
        [grow(store, "step1", "1\n2\n3\n4\n5\n"), completed],
      ],
      1,
    );
    expect(lines).toEqual(["step1: 3", "step1: 4", "step1: 5"]);
  });

  it("of jobs that have not run are not asked for again and again", async () => {
    const store = new CountingStore();
    await follow(store, [[async () => {}, running]]);
    // Both looks ask for all three: the first and the last one.
    expect(store.reads).toBe(6);
    await follow(store, [
      [async () => {}, running],
      [async () => {}, running],
    ]);
    expect(store.reads).toBe(6 + 3 + 2 + 3);
  });
});
