import { FakeClock, SpawnError } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { MemoryStore } from "@spawn/result-store/testing";
import { type JournalEvent, queueStatus, statusView } from "@spawn/status-model";
import {
  buildJournal,
  buildRecords,
  firstPipelineRunning,
  foldOf,
  START_AT,
} from "@spawn/status-model/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { RemoteQueue } from "./remote-queue.js";
import type { InstanceWord } from "./told-instance.js";

const QUEUE = "first-pipeline";
const INSTANCE = "i-0abc123def456789";
const keys = queueKeys(QUEUE);

let clock: FakeClock;
let store: MemoryStore;
/** What EC2 answers, by instance; where it says nothing it cannot be asked. */
let ec2: Map<string, InstanceWord>;
let asked: string[];
/** Why an instance is in its state, by instance. */
let reasons: Map<string, string>;

beforeEach(() => {
  clock = new FakeClock({ wallMs: START_AT });
  store = new MemoryStore({ clock });
  ec2 = new Map([[INSTANCE, "running"]]);
  asked = [];
  reasons = new Map();
});

function remote(instanceId: string | undefined = INSTANCE, other = store): RemoteQueue {
  return new RemoteQueue({
    store: other,
    queueId: QUEUE,
    instanceId,
    clock,
    instanceState: async (id) => {
      asked.push(id);
      const state = ec2.get(id);
      if (state === undefined) throw new SpawnError("aws-failed", "EC2 cannot be reached");
      return { state, stateReason: reasons.get(id) };
    },
    hourlyPrice: async () => 0.0104,
  });
}

/** As a runner does: journal and status. */
async function publish(events: readonly JournalEvent[], runner: "alive" | "gone" = "alive"): Promise<void> {
  await store.putBytes(keys.journal("000001.jsonl"), buildJournal(buildRecords(events)));
  const status = queueStatus(foldOf(events), { wallMs: clock.wallMs(), t: 0, runner });
  await store.putBytes(keys.status, Buffer.from(JSON.stringify(status)));
}

async function publishLaunch(instanceId: string): Promise<void> {
  const jobs = [{ job_id: "a", command: "true" }];
  await store.putBytes(keys.queueFile, Buffer.from(JSON.stringify({ queue_id: QUEUE, jobs })));
  const launched_at = new Date(clock.wallMs()).toISOString();
  await store.putBytes(
    keys.instance,
    Buffer.from(JSON.stringify({ instance_id: instanceId, launched_at, region: "us-east-1" })),
  );
}

const running = firstPipelineRunning;

describe("a queue on EC2", () => {
  it("whose instance ended before it told anything says why EC2 ended it", async () => {
    await publishLaunch(INSTANCE);
    ec2.set(INSTANCE, "terminated");
    reasons.set(INSTANCE, "Client.InternalError: Client error on launch");
    clock.advance(10 * 60_000);
    expect(await remote().look()).toMatchObject({
      status: "interrupted",
      instance_state: "terminated",
      instance_state_reason: "Client.InternalError: Client error on launch",
    });
  });

  it("whose runner is heard is told of by the store alone", async () => {
    await publish(running());
    clock.advance(30_000);
    expect(await remote().look()).toMatchObject({ status: "running", instance_id: INSTANCE });
    expect(asked).toEqual([]);
  });

  it("that is over is told of by the store alone, however long ago, and without an instance", async () => {
    const end: JournalEvent = { type: "interrupt-requested", t: 15_000, cause: "spot" };
    await publish([...running(), end], "gone");
    clock.advance(90 * 86_400_000);
    expect(await remote(undefined).look()).toMatchObject({ status: "interrupted" });
    expect(asked).toEqual([]);
  });

  it("that is silent and whose instance runs is what it was, and says what EC2 says", async () => {
    await publish(running());
    clock.advance(61_000);
    expect(await remote().look()).toMatchObject({ status: "running", instance_state: "running" });
    expect(asked).toEqual([INSTANCE]);
  });

  it.each(["terminated", "stopped", "gone"] as const)(
    "that is silent and whose instance is %s is interrupted, by the journal",
    async (state) => {
      await publish(running());
      clock.advance(61_000);
      ec2.set(INSTANCE, state);
      const status = await remote().look();
      expect(status).toMatchObject({ status: "interrupted", reason: "runner-lost", instance_state: state });
      expect(status.jobs).toMatchObject({ running: 0, completed: 1 });
      expect(status.job_details.find(({ job_id }) => job_id === "step2")).toMatchObject({
        status: "pending",
        reason: "queue-interrupted",
        previous_attempts: [{ attempt: 1, reason: "host-lost" }],
      });
    },
  );

  it("that is silent for long, though its instance runs, says so and estimates nothing", async () => {
    await publish(running());
    clock.advance(119_000);
    expect((await remote().look()).warnings).toEqual([]);
    clock.advance(5 * 60_000);
    const { status, warnings, estimated_completion } = await remote().look();
    expect(status).toBe("running");
    expect(estimated_completion).toBeUndefined();
    expect(warnings.at(-1)?.message).toMatch(
      new RegExp(`^nothing heard from its agent for 6m, .* spawn terminate ${INSTANCE}$`),
    );
  });

  it.each([
    ["whose last word comes", () => publish(running())],
    ["of which all that there is to say comes", () => publishLaunch(INSTANCE)],
  ])("%s while EC2 is asked has its last word", async (_which, publishBefore) => {
    await publishBefore();
    clock.advance(61_000);
    const queue = new RemoteQueue({
      ...{ store, queueId: QUEUE, instanceId: INSTANCE, clock },
      instanceState: async () => {
        const done: JournalEvent = {
          type: "queue-finished",
          t: 9_000_000,
          outcome: { state: "cancelled", reason: "cancelled" },
        };
        await publish([...running(), done], "gone");
        return { state: "terminated" };
      },
      hourlyPrice: async () => undefined,
    });
    expect(await queue.look()).toMatchObject({ status: "cancelled" });
  });

  it("that is silent is unknown where EC2 cannot be asked, never a guess", async () => {
    await publish(running());
    clock.advance(61_000);
    ec2.clear();
    expect(await remote().look()).toMatchObject({ status: "unknown", last_known_status: "running" });
  });

  it("is pending while its instance has told nothing, with all its jobs", async () => {
    await publishLaunch(INSTANCE);
    expect(await remote().look()).toMatchObject({
      status: "pending",
      instance_state: "running",
      jobs: { total: 1, pending: 1 },
      results_location: `memory://${QUEUE}/`,
    });
    ec2.set(INSTANCE, "gone");
    expect(await remote().look()).toMatchObject({ status: "pending" });
    clock.advance(121_000);
    expect(await remote().look()).toMatchObject({ status: "interrupted", instance_state: "gone" });
  });

  it("says of an instance that has told nothing since when, and nothing that nobody knows", async () => {
    await publishLaunch(INSTANCE);
    const launched = new Date(START_AT).toISOString();
    const early = await remote().look();
    expect(early).toMatchObject({ updated_at: launched, nothing_heard_since: launched, warnings: [] });
    expect(early.estimated_completion).toBeUndefined();
    expect(early.job_details.map(({ status, reason }) => [status, reason])).toEqual([["pending", undefined]]);
    clock.advance(11 * 60_000);
    const late = await remote().look();
    expect(late.warnings.map(({ message }) => message)).toEqual([
      `${INSTANCE} has told nothing since its launch; what its console says: aws ec2 get-console-output --latest --output text --region us-east-1 --instance-id ${INSTANCE}`,
    ]);
    const view = statusView(late, { wallMs: clock.wallMs(), timeZone: "UTC" });
    expect(view.header).toContainEqual({
      label: "Updated",
      value: "nothing heard from the instance since its launch 11m ago",
    });
    expect([view.nextJob, view.estimatedCompletion]).toEqual([undefined, undefined]);
    ec2.set(INSTANCE, "terminated");
    const over = await remote().look();
    expect(over).toMatchObject({ status: "interrupted" });
    expect(over.warnings[0]?.message).toMatch(/ended before it told anything; .*get-console-output/);
  });

  it("is unknown where the instance has told nothing and EC2 cannot be asked", async () => {
    await publishLaunch(INSTANCE);
    ec2.clear();
    await expect(remote().look()).rejects.toMatchObject({
      code: "aws-failed",
      message: expect.stringMatching(/^the status of first-pipeline is unknown: EC2 cannot be reached/),
    });
  });

  it("that runs costs one request a look, also where it was launched again elsewhere", async () => {
    await publishLaunch("i-0new");
    await publish(running());
    const status = JSON.parse(Buffer.from((await store.readBytes(keys.status)) ?? []).toString("utf8"));
    await store.putBytes(keys.status, Buffer.from(JSON.stringify({ ...status, instance_id: "i-0new" })));
    const counting = new CountingStore({ shared: store });
    const queue = remote(INSTANCE, counting);
    await queue.look();
    counting.requests.length = 0;
    expect(await queue.look()).toMatchObject({ status: "running", instance_id: "i-0new" });
    expect(counting.requests).toEqual([keys.status]);
    expect(asked).toEqual([]);
  });

  it("that was launched again is pending on the new instance, also where that was done elsewhere", async () => {
    await publish(running());
    await publishLaunch("i-0new");
    ec2.set(INSTANCE, "terminated").set("i-0new", "pending");
    const expected = { status: "pending", instance_id: "i-0new", instance_state: "pending" };
    expect(await remote("i-0new").look()).toMatchObject(expected);
    expect(await remote("i-0older").look()).toMatchObject(expected);
  });

  describe("whose instance is kept", () => {
    const until = START_AT + 60 * 60_000;
    const kept_until = expect.stringMatching(/^2026-01-27T/);
    const over: JournalEvent[] = [
      ...running(),
      { type: "deadline-set", t: 15_000, deadline: until + 60 * 60_000 },
      { type: "interrupt-requested", t: 15_000, cause: "shutdown" },
      { type: "queue-finished", t: 15_000, outcome: { state: "interrupted", reason: "shutdown" } },
      { type: "instance-kept", t: 15_000, until, as: "running" },
    ];

    it("says so, with its price, while EC2 says that it is there", async () => {
      await publish(over, "gone");
      expect(await remote().look()).toMatchObject({
        ...{ kept_until, kept_as: "running", instance_state: "running", hourly_price: 0.0104 },
      });
      expect(asked).toEqual([INSTANCE]);
    });

    it.each<InstanceWord>(["shutting-down", "terminated", "gone"])(
      "says nothing of that where EC2 says: %s",
      async (state) => {
        await publish(over, "gone");
        ec2.set(INSTANCE, state);
        const status = await remote().look();
        expect(status).toMatchObject({ status: "interrupted", instance_state: state });
        expect(status).not.toHaveProperty("kept_until");
        expect(status).not.toHaveProperty("kept_as");
      },
    );

    it("stays until its deadline where somebody has stopped it, and has no price then", async () => {
      await publish(over, "gone");
      ec2.set(INSTANCE, "stopped");
      const status = await remote().look();
      expect(status).toMatchObject({ kept_as: "stopped", kept_until: status.ttl_expires_at });
      expect(status).not.toHaveProperty("hourly_price");
    });

    it("is still said to be kept where EC2 cannot be asked, and no longer than it was to be", async () => {
      await publish(over, "gone");
      ec2.clear();
      expect(await remote().look()).toMatchObject({ kept_until });
      clock.advance(60 * 60_000);
      expect(await remote().look()).not.toHaveProperty("kept_until");
    });

    it("and that was launched again tells nothing of its end before, nor of that instance", async () => {
      const cancelled = { state: "cancelled", reason: "cancelled" } as const;
      const done: JournalEvent = { type: "queue-finished", t: 15_000, outcome: cancelled };
      await publish([...running(), done, { type: "instance-kept", t: 15_000, until, as: "running" }], "gone");
      await publishLaunch("i-0new");
      ec2.set("i-0new", "running");
      const status = await remote("i-0new").look();
      expect(status).toMatchObject({ status: "pending", instance_id: "i-0new" });
      for (const field of ["kept_until", "started_at", "completed_at", "duration", "reason"])
        expect(status).not.toHaveProperty(field);
    });
  });

  it("that only the store knows is not found where the store knows nothing", async () => {
    await expect(remote(undefined).look()).rejects.toMatchObject({ code: "queue-not-found" });
  });
});

class CountingStore extends MemoryStore {
  readonly requests: string[] = [];

  override readIfChanged: MemoryStore["readIfChanged"] = async (key, known) => {
    this.requests.push(key);
    return MemoryStore.prototype.readIfChanged.call(this, key, known);
  };

  override readBytes: MemoryStore["readBytes"] = async (key, range) => {
    this.requests.push(key);
    return MemoryStore.prototype.readBytes.call(this, key, range);
  };
}

describe("a store that fails", () => {
  class FailingStore extends MemoryStore {
    failing = false;

    override readIfChanged: MemoryStore["readIfChanged"] = async (key, known) => {
      if (this.failing) throw new SpawnError("store-failed", "S3 cannot be reached", { hint: "Look." });
      return MemoryStore.prototype.readIfChanged.call(this, key, known);
    };
  }

  it("from the first look on: the error says what EC2 says, or that it does not tell either", async () => {
    const failing = new FailingStore({ shared: store });
    failing.failing = true;
    await expect(remote(INSTANCE, failing).look()).rejects.toMatchObject({
      code: "store-failed",
      hint: "Look.",
      message: `the status of first-pipeline is unknown: S3 cannot be reached; EC2 says that ${INSTANCE} is running`,
    });
    ec2.clear();
    await expect(remote(INSTANCE, failing).look()).rejects.toThrow(/EC2 does not tell either/);
  });

  it("later: unknown, until it answers again", async () => {
    await publish(running());
    const failing = new FailingStore({ shared: store });
    const queue = remote(INSTANCE, failing);
    await queue.look();
    failing.failing = true;
    expect(await queue.look()).toMatchObject({ status: "unknown", last_known_status: "running" });
    failing.failing = false;
    expect(await queue.look()).toMatchObject({ status: "running" });
  });
});
