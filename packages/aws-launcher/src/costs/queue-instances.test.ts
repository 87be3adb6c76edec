import { FakeClock } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { MemoryStore } from "@spawn/result-store/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { Ec2Instance } from "../instances/ec2-instance.js";
import { queueInstances } from "./queue-instances.js";

const QUEUE = "nightly";
const keys = queueKeys(QUEUE);
const ENDED = "2026-01-27T11:00:00.000Z";
let clock: FakeClock;
let store: MemoryStore;

const facts = (generation: number) => ({
  instance_id: `i-000${generation}`,
  generation,
  ...{ region: "us-east-1", zone: "us-east-1a", instance_type: "t3.micro", market: "on-demand" },
  ...{ launched_at: `2026-01-27T0${generation}:00:00.000Z`, deadline: "2026-01-27T12:00:00.000Z" },
});

const put = (key: string, value: object): Promise<unknown> =>
  store.putBytes(key, Buffer.from(JSON.stringify(value)));

const told = (generation: number, change: Partial<Ec2Instance>): Ec2Instance => ({
  ...{ instanceId: `i-000${generation}`, provider: "ec2", queueId: QUEUE, state: "running", tags: {} },
  ...{ region: "us-east-1", zone: "us-east-1b", instanceType: "t3.large", market: "spot", imageId: "ami-1" },
  ...{ launchedAt: facts(generation).launched_at, deadline: facts(generation).deadline, generation },
  results: `s3://bucket/${QUEUE}/`,
  ...change,
});

beforeEach(async () => {
  clock = new FakeClock({ wallMs: Date.parse(ENDED) });
  store = new MemoryStore({ clock });
  const earlier = [
    { ...facts(2), ended_at: "2026-01-27T02:30:00.000Z" },
    { ...facts(1), ended_at: null },
  ];
  await put(keys.instance, { schema_version: 1, ...facts(3), earlier });
  await put(keys.status, { instance_id: "i-0003" });
});

describe("the instances of a queue", () => {
  it("are by its store all that it was launched on, each until its last sign there", async () => {
    expect(await queueInstances(store, QUEUE, [])).toMatchObject({
      forgotten: 0,
      instances: [
        { instanceId: "i-0003", state: "gone", until: { kind: "last-sign", at: ENDED } },
        { instanceId: "i-0002", state: "gone", until: { at: "2026-01-27T02:30:00.000Z" } },
        { instanceId: "i-0001", state: "gone", until: { kind: "unknown" } },
      ],
    });
  });

  it("are as EC2 tells of them where it does", async () => {
    const instances = [told(3, {}), told(2, { state: "terminated", endedAt: "2026-01-27T02:31:00.000Z" })];
    expect((await queueInstances(store, QUEUE, instances)).instances).toMatchObject([
      { instanceId: "i-0003", instanceType: "t3.large", state: "running", until: { kind: "now" } },
      { state: "terminated", until: { kind: "ended", at: "2026-01-27T02:31:00.000Z" } },
      { instanceId: "i-0001" },
    ]);
  });

  it("are paid for no more once stopped, and of one being made at once", async () => {
    const { instances } = await queueInstances(store, QUEUE, [told(3, { state: "stopped" })]);
    expect(instances[0]?.until).toEqual({ kind: "last-sign", at: ENDED });
    const young = await queueInstances(store, QUEUE, [told(3, { state: "pending" })]);
    expect(young.instances[0]?.until).toEqual({ kind: "now" });
  });

  it("may run still where EC2 cannot be asked", async () => {
    const { instances } = await queueInstances(store, QUEUE, undefined);
    expect(instances.map(({ state }) => state)).toEqual(["unknown", "gone", "gone"]);
  });

  it("that nobody noted are counted as forgotten", async () => {
    await put(keys.instance, { schema_version: 1, ...facts(3) });
    expect(await queueInstances(store, QUEUE, [])).toMatchObject({ forgotten: 2 });
    await store.remove(keys.instance);
    expect(await queueInstances(store, QUEUE, [])).toEqual({ forgotten: 0, instances: [] });
  });
});
