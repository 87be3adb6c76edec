import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceLayout, processGroups } from "@spawn/attempt-runner";
import { SpawnError, seededRandom, systemClock } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { MemoryStore } from "@spawn/result-store/testing";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildAgentConfig } from "../testing/build-agent-config.js";
import { Agent } from "./agent.js";
import type { AgentConfig } from "./agent-config.js";
import type { AgentParts } from "./agent-parts.js";
import { InstanceDeadline } from "./instance-deadline.js";
import type { SpotNotice } from "./spot-notice.js";

const HOUR = 3_600_000;
const clock = systemClock();

let folder: string;
let store: MemoryStore;
let told: AbortController;
/** What the agent did to its machine. */
let done: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-agent-"));
  store = new MemoryStore();
  told = new AbortController();
  done = [];
});

afterEach(() => {
  told.abort();
  rmSync(folder, { recursive: true, force: true });
});

const note = (what: string) => async (): Promise<boolean> => done.push(what) > 0;

function agentOf(lifeMs: number, config: Partial<AgentConfig> = {}, parts: Partial<AgentParts> = {}): Agent {
  const layout = instanceLayout(join(folder, "root"));
  mkdirSync(layout.state, { recursive: true });
  const deadline = new InstanceDeadline({
    path: join(layout.state, "deadline.json"),
    generation: 1,
    configured: clock.wallMs() + lifeMs,
    clock,
  });
  return new Agent({
    config: buildAgentConfig({ completion_file: join(folder, "COMPLETE"), ...config }),
    instanceId: "i-1",
    layout,
    store,
    deadline,
    machine: {
      arm: note("arm"),
      powerOff: note("power off"),
      stop: note("stop"),
      announce: () => undefined,
    },
    capacity: { cpus: 2, memoryBytes: 8e9, gpus: [] },
    containment: processGroups(),
    environment: { PATH: process.env.PATH, FOLDER: folder },
    carried: { fetch: async () => ({}), remove: note("remove variables") as () => Promise<never> },
    secrets: { fetch: async () => ({}) },
    spotNotice: undefined,
    load: async () => ({ cpu: { busy: 0, total: 0 }, networkBytes: 0, terminals: 0, gpuPercent: 0 }),
    clock,
    clockAhead: Promise.resolve(undefined),
    random: seededRandom(1),
    log: pino({ level: "silent" }),
    signal: told.signal,
    ...parts,
  });
}

async function ship(command: string): Promise<void> {
  const queue = { queue_id: "q", jobs: [{ job_id: "a", command }] };
  await store.putBytes("q/queue.json", Buffer.from(JSON.stringify(queue)));
}

async function status(): Promise<Record<string, unknown>> {
  const bytes = await store.readBytes("q/status.json");
  return JSON.parse(Buffer.from(bytes ?? []).toString("utf8"));
}

/** The store, with some of its calls answered otherwise. */
function storeWith(changes: Partial<ResultStore>): ResultStore {
  return new Proxy(store, {
    get(target, name) {
      const changed = Reflect.get(changes, name);
      if (changed !== undefined) return changed;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const never = (): Promise<never> => new Promise(() => undefined);

describe("the end of a queue", () => {
  it.each([
    ["true", "terminate", "power off", "completed"],
    ["true", "stop", "stop", "completed"],
    ["false", "terminate", "power off", "failed"],
  ] as const)("(%s) with %s is followed by: %s", async (command, on_complete, end, state) => {
    await ship(command);
    await agentOf(HOUR, { on_complete }).live();
    expect(done).toEqual(["arm", "remove variables", end]);
    expect(await status()).toMatchObject({ status: state, instance_id: "i-1" });
  });

  it.each([
    ["success", "its work is said to be complete"],
    ["failure", "its work is said to have failed"],
  ])("that a job says is a %s tells what it said", async (said, words) => {
    const completion = JSON.stringify({ status: said, message: "no more data" });
    await ship(`echo '${completion}' >"$FOLDER/COMPLETE"; sleep 600`);
    await agentOf(HOUR, { completion_delay_ms: 0 }).live();
    expect(done.at(-1)).toBe("power off");
    const { status: state, warnings } = await status();
    expect(state).toBe("interrupted");
    expect(warnings).toContainEqual(
      expect.objectContaining({
        message: `${words}: no more data; what still runs is stopped`,
      }),
    );
  });

  it("says of one that is stopped that it stays until the deadline", async () => {
    await ship("true");
    await agentOf(HOUR, { on_complete: "stop" }).live();
    const { kept_until, ttl_expires_at, ...told } = await status();
    expect(told).toMatchObject({ status: "completed", kept_as: "stopped" });
    expect(kept_until).toBe(ttl_expires_at);
  });

  it("says of one that ends nothing like that", async () => {
    await ship("false");
    await agentOf(HOUR).live();
    expect(await status()).not.toHaveProperty("kept_until");
  });

  it("is followed by a stay that an extension prolongs by as much, over a restart of the agent too", async () => {
    await ship("false");
    const kept = async (): Promise<number> => Date.parse(String((await status()).kept_until));
    const untilStored = async (is: (keptMs: number) => boolean): Promise<void> => {
      while ((await store.readBytes("q/status.json")) === undefined || !is(await kept()))
        await new Promise((resolve) => setImmediate(resolve));
    };
    const first = agentOf(HOUR, { keep_on_failure_ms: HOUR / 4 });
    const living = first.live();
    await untilStored((keptMs) => !Number.isNaN(keptMs));
    const { completed_at, ttl_expires_at } = await status();
    const before = await kept();
    expect(before - Date.parse(String(completed_at))).toBe(HOUR / 4);
    const deadline = new Date(Date.parse(String(ttl_expires_at)) + 2 * HOUR).toISOString();
    await store.putBytes("q/requests/1.json", Buffer.from(JSON.stringify({ kind: "extend", deadline })));
    await untilStored((keptMs) => keptMs !== before);
    // The deadline in the status has whole seconds.
    expect(Math.abs((await kept()) - before - 2 * HOUR)).toBeLessThanOrEqual(1000);
    told.abort();
    await living;
    const extended = await kept();
    told = new AbortController();
    done = [];
    // Its first stay would be over, had that been all.
    const later = { ...clock, wallMs: () => clock.wallMs() + HOUR / 2 };
    const again = agentOf(HOUR, { keep_on_failure_ms: HOUR / 4 }, { clock: later, signal: told.signal });
    const livingAgain = again.live();
    await untilStored(() => done.includes("remove variables"));
    await new Promise((resolve) => setImmediate(resolve));
    told.abort();
    await livingAgain;
    expect(done).not.toContain("power off");
    expect(await kept()).toBe(extended);
  }, 30_000);

  it("leaves a machine alone that is to be kept, until it is told to end", async () => {
    await ship("true");
    const remove = async (): Promise<void> => {
      setImmediate(() => told.abort());
    };
    await agentOf(HOUR, { on_complete: "keep" }, { carried: { fetch: async () => ({}), remove } }).live();
    expect(done).toEqual(["arm"]);
  });

  it("does not hang on variables that cannot be removed", async () => {
    await ship("true");
    const remove = () => Promise.reject(new SpawnError("permission-denied", "not allowed"));
    await agentOf(HOUR, {}, { carried: { fetch: async () => ({}), remove } }).live();
    expect(done).toEqual(["arm", "power off"]);
  });
});

describe("the deadline", () => {
  it("ends the machine though the store does not answer at all", async () => {
    await agentOf(1_500, {}, { store: storeWith({ getFile: never, list: never as never }) }).live();
    expect(done).toEqual(["arm", "power off"]);
  });

  it("lets an agent go that was told to end, though the store does not answer", async () => {
    const getFile = async (): Promise<never> => {
      told.abort();
      return await never();
    };
    await agentOf(1_500, {}, { store: storeWith({ getFile }) }).live();
    expect(done[0]).toBe("arm");
  });

  it("ends the machine though nothing can be stored any more", async () => {
    await ship("true");
    const refuse = () => Promise.reject(new SpawnError("store-failed", "no route to host"));
    const puts = { putBytes: refuse, putFile: refuse, growFile: refuse };
    const broken = storeWith({ ...puts, putIfUnchanged: refuse, growIfUnchanged: refuse });
    await agentOf(1_500, {}, { store: broken }).live();
    expect(done).toEqual(["arm", "power off"]);
  });

  it("ends the machine though the uploads hang", async () => {
    await ship("echo x");
    const hanging = storeWith({ growFile: never, putFile: never });
    await agentOf(2_500, {}, { store: hanging }).live();
    expect(done).toEqual(["arm", "power off"]);
  });
});

describe("a job that has to stop", () => {
  const CHECKPOINTS =
    'trap "echo final > $FOLDER/ck.final; exit 1" TERM; echo one > $FOLDER/ck; echo begun; ' +
    "touch $FOLDER/begun; while :; do sleep 0.05; done";

  async function shipWithResults(): Promise<void> {
    const job = { job_id: "a", command: CHECKPOINTS, result_files: [`${folder}/ck*`] };
    await store.putBytes("q/queue.json", Buffer.from(JSON.stringify({ queue_id: "q", jobs: [job] })));
  }

  async function stored(key: string): Promise<string | undefined> {
    const bytes = await store.readBytes(`q/a/${key}`);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
  }

  const begunOrOver = async (living: Promise<unknown>): Promise<void> => {
    let isOver = false;
    void living.finally(() => {
      isOver = true;
    });
    while (!isOver && !existsSync(join(folder, "begun"))) await new Promise(setImmediate);
  };

  it.each([
    ["a spot notice", "spot"],
    ["the deadline", "ttl"],
    ["a request to go", "shutdown"],
    ["the end of its service", "shutdown"],
  ])("for %s leaves its checkpoints and logs in the store", async (why, reason) => {
    await shipWithResults();
    let notice: SpotNotice | undefined;
    const agent = agentOf(
      why === "the deadline" ? 10_000 : HOUR,
      {},
      why === "a spot notice" ? { spotNotice: async () => notice } : {},
    );
    const living = agent.live();
    await begunOrOver(living);
    if (why === "a spot notice") {
      notice = { action: "terminate", at: clock.wallMs() + 120_000 };
      const isInterrupted = async () =>
        (await store.readBytes("q/status.json")) !== undefined && (await status()).status === "interrupted";
      while (!(await isInterrupted())) await new Promise(setImmediate);
    }
    if (why === "a request to go") {
      const request = { kind: "interrupt", cause: "shutdown" };
      await store.putBytes("q/requests/001.json", Buffer.from(JSON.stringify(request)));
    }
    if (why !== "the deadline" && why !== "a request to go") told.abort();
    await living;
    expect(await status()).toMatchObject({ status: "interrupted", reason, job_details: [{ attempt: 1 }] });
    expect([await stored("results/ck"), await stored("results/ck.final")]).toEqual(["one\n", "final\n"]);
    expect(await stored("merged.log")).toContain("] begun\n");
    expect(JSON.parse((await stored("metadata.json")) ?? "")).toMatchObject({ queue_id: "q", attempt: 1 });
    expect(await stored("manifest.json")).toBeUndefined();
  });

  it("is given up by a store that hangs in time to say that it stopped", async () => {
    await shipWithResults();
    const putFile: ResultStore["putFile"] = async (key, path, { signal } = {}) => {
      if (!key.includes("/results/")) return await store.putFile(key, path);
      return await new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(new Error("given up")));
      });
    };
    await agentOf(4_000, {}, { store: storeWith({ putFile }) }).live();
    expect(await status()).toMatchObject({ status: "interrupted", reason: "ttl" });
    expect(JSON.stringify((await status()).warnings)).toContain("could not be stored before the deadline");
    expect(done.at(-1)).toBe("power off");
  });
});

describe("a start", () => {
  it("with a clock that is off warns of that, in the status", async () => {
    await ship("true");
    await agentOf(HOUR, {}, { clockAhead: Promise.resolve(-600_000) }).live();
    expect((await status()).warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining("clock is 10m behind the result store's") }),
    ]);
  });

  it("waits for a role that is not known everywhere yet", async () => {
    await ship("true");
    let refusals = 1;
    const fetch = async (): Promise<Record<string, string>> => {
      refusals -= 1;
      if (refusals >= 0) throw new SpawnError("permission-denied", "not yet");
      return {};
    };
    await agentOf(HOUR, {}, { carried: { fetch, remove: async () => undefined } }).live();
    expect(done).toEqual(["arm", "power off"]);
  });

  it("fails where there is no such queue", async () => {
    await expect(agentOf(HOUR).live()).rejects.toMatchObject({ code: "queue-not-found" });
    expect(done).toEqual(["arm"]);
  });
});

describe("what is asked through the store", () => {
  const ask = (request: object) =>
    store.putBytes("q/requests/001.json", Buffer.from(JSON.stringify(request)));

  it("is done before the queue begins, when it was there before", async () => {
    await ship("touch $FOLDER/ran");
    await ask({ kind: "cancel", force: false });
    await agentOf(HOUR).live();
    expect(await status()).toMatchObject({ status: "cancelled" });
    expect(await store.readBytes("q/requests/001.json")).toBeUndefined();
  });

  it("to go on with a queue that is over, on an instance that was kept, runs again what did not complete", async () => {
    await ship('echo "$TOKEN" >> $FOLDER/tokens; [ -n "$TOKEN" ]');
    const kept = { keep_on_failure_ms: HOUR };
    const leave = async (): Promise<void> => void setImmediate(() => told.abort());
    await agentOf(HOUR, kept, { carried: { fetch: async () => ({}), remove: leave } }).live();
    expect(await status()).toMatchObject({ status: "failed" });
    await ask({ kind: "resume", rerun: [] });
    told = new AbortController();
    let removed = 0;
    const carried = { fetch: async () => ({ TOKEN: "t" }), remove: async () => void removed++ };
    await agentOf(HOUR, kept, { carried }).live();
    expect(await status()).toMatchObject({ status: "completed", job_details: [{ attempt: 2, attempts: 1 }] });
    expect(readFileSync(join(folder, "tokens"), "utf8")).toBe("\nt\n");
    expect(await store.readBytes("q/requests/001.json")).toBeUndefined();
    expect(removed).toBe(1);
    expect(done).toEqual(["arm", "arm", "power off"]);
  });

  /** Fails, and says so by the completion file, unless there is a token. */
  const FAILS_WITHOUT_TOKEN = [
    'echo "run" >>"$FOLDER/runs"',
    '[ -n "$TOKEN" ] || { echo "{\\"status\\":\\"failure\\"}" >"$FOLDER/COMPLETE"; exit 1; }',
  ].join("\n");
  const said = { keep_on_failure_ms: HOUR, completion_delay_ms: 0 };
  const tokens = (values: readonly string[]) => {
    let next = 0;
    return { fetch: async () => ({ TOKEN: values[next++] ?? "" }), remove: async () => undefined };
  };
  const untilKept = () =>
    vi.waitFor(async () => expect(await status()).toMatchObject({ kept_as: "running" }), { timeout: 20_000 });

  it("to go on after a failure that the completion file has told runs again, and ends by what comes of it", async () => {
    await ship(FAILS_WITHOUT_TOKEN);
    const living = agentOf(HOUR, said, { carried: tokens(["", "t"]) }).live();
    await untilKept();
    await ask({ kind: "resume", rerun: [] });
    await living;
    expect(await status()).toMatchObject({ status: "completed" });
    expect(readFileSync(join(folder, "runs"), "utf8")).toBe("run\nrun\n");
    expect(existsSync(join(folder, "COMPLETE"))).toBe(false);
    expect(done.at(-1)).toBe("power off");
  });

  it("a failure that the completion file has told keeps the instance also when its agent starts again", async () => {
    await ship(FAILS_WITHOUT_TOKEN);
    const first = agentOf(HOUR, said, { carried: tokens([""]) }).live();
    await untilKept();
    const { kept_until } = await status();
    told.abort();
    await first;
    told = new AbortController();
    const second = agentOf(HOUR, said, { carried: tokens(["t", "t"]) }).live();
    await ask({ kind: "resume", rerun: [] });
    await second;
    expect(kept_until).toBeTypeOf("string");
    expect(await status()).toMatchObject({ status: "completed" });
    expect(readFileSync(join(folder, "runs"), "utf8")).toBe("run\nrun\n");
    expect(done.filter((what) => what === "power off")).toHaveLength(1);
  });

  it("to go on is left out where nothing has to run again", async () => {
    await ship("true");
    const leave = async (): Promise<void> => void setImmediate(() => told.abort());
    await agentOf(
      HOUR,
      { on_complete: "keep" },
      { carried: { fetch: async () => ({}), remove: leave } },
    ).live();
    await ask({ kind: "resume", rerun: [] });
    told = new AbortController();
    const remove = async (): Promise<void> => {
      throw new Error("what was carried for the resume");
    };
    const living = agentOf(
      HOUR,
      { on_complete: "keep" },
      { carried: { fetch: async () => ({}), remove } },
    ).live();
    while ((await store.readBytes("q/requests/001.json")) !== undefined) await new Promise(setImmediate);
    told.abort();
    await living;
    expect(await status()).toMatchObject({ status: "completed", job_details: [{ attempt: 1 }] });
  });

  it("to interrupt ends the machine, and the queue can go on elsewhere", async () => {
    await ship("sleep 600");
    await ask({ kind: "interrupt", cause: "shutdown" });
    await agentOf(HOUR, { on_complete: "keep" }).live();
    expect(done).toEqual(["arm", "power off"]);
  });

  it("to live longer moves the deadline, and what the system has armed", async () => {
    writeFileSync(join(folder, "COMPLETE"), "");
    await ship("true");
    const deadline = new Date(Math.ceil(clock.wallMs() / 1000) * 1000 + 2 * HOUR).toISOString();
    await ask({ kind: "extend", deadline });
    await agentOf(HOUR).live();
    expect(done.filter((what) => what === "arm")).toHaveLength(2);
    expect(Date.parse(String((await status()).ttl_expires_at))).toBe(Date.parse(deadline));
  });
});

describe("an instance that another one has replaced", () => {
  it("ends, and leaves the queue's state to the other", async () => {
    await ship("true");
    const text = JSON.stringify({ instance_id: "i-2", at: new Date(clock.wallMs()).toISOString() });
    await store.putBytes(queueKeys("q").takeover(1, 1), Buffer.from(text));
    await agentOf(HOUR).live();
    expect(done).toEqual(["arm", "power off"]);
    expect(await store.readBytes("q/status.json")).toBeUndefined();
  });
});
