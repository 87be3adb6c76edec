import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type MotoServer,
  motoIsMissing,
  startMoto,
} from "../packages/result-store/src/testing/moto-server.js";
import { AgentRig } from "./agent-rig.js";
import { EmulatedBucket } from "./emulated-bucket.js";
import { FaultyProxy } from "./faulty-proxy.js";
import { RUNNER_PROGRAMS } from "./runner-programs.js";

const MINUTE = 60_000;
/** Longer than a runner is sure of its queue without a word from the store. */
const STOPPED_MS = 16_000;
const isMissing = motoIsMissing();
let moto: MotoServer;
let proxy: FaultyProxy;
let bucket: EmulatedBucket;
let endpoint: string;
const rigs: AgentRig[] = [];

beforeAll(async () => {
  if (isMissing) return;
  moto = await startMoto();
  proxy = new FaultyProxy(moto.endpoint, 3);
  endpoint = await proxy.listen();
  bucket = await EmulatedBucket.make(moto.endpoint, "agent-results");
});

afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.remove()));
});

afterAll(async () => {
  await proxy?.close();
  await moto?.stop();
});

const JOBS = [
  { job_id: "data", command: 'echo ran >> "$MARKS/data"; seq 100000 > data.txt', result_files: ["data.txt"] },
  {
    job_id: "model",
    command:
      'echo "$JOB_ATTEMPT" >> "$MARKS/model"; wc -l < data.txt > model.txt; [ -e "$MARKS/go" ] || sleep 600',
    depends_on: ["data"],
    result_files: ["model.txt"],
  },
];

describe.skipIf(isMissing).each(RUNNER_PROGRAMS)("the agent ($name), its store in S3", (program) => {
  it("after a spot notice and on another instance finishes the queue from S3 alone, S3 failing one time in five", async () => {
    const queueId = `over-s3-${program.name.replaceAll(" ", "-").toLowerCase()}`;
    proxy.failing = 0.2;
    const rig = await AgentRig.make(program, { ...moto, endpoint }, { queue_id: queueId });
    rigs.push(rig);
    await bucket.put(`team/${queueId}/queue.json`, JSON.stringify({ queue_id: queueId, jobs: JOBS }));
    const store = { store: "s3://agent-results/team/" };
    rig.imds.values.set("meta-data/instance-life-cycle", "spot");
    rig.configure(30 * MINUTE, store);
    rig.start();
    await rig.untilMark("model");
    const time = new Date(Date.now() + 2 * MINUTE).toISOString();
    rig.imds.values.set("meta-data/spot/instance-action", JSON.stringify({ action: "terminate", time }));
    await rig.until("it has said that it is over", () => rig.log().includes('"queue finished"'));
    await bucket.until(`team/${queueId}/status.json`, (text) => JSON.parse(text).status === "interrupted");
    await rig.kill("SIGKILL");

    writeFileSync(rig.mark("go"), "");
    rig.becomeAnother();
    rig.imds.values.delete("meta-data/spot/instance-action");
    rig.configure(30 * MINUTE, { ...store, generation: 2 });
    rig.start();
    expect(await rig.ended(), rig.log()).toBe(0);
    const status = JSON.parse((await bucket.get(`team/${queueId}/status.json`)) ?? "{}");
    expect(status).toMatchObject({
      status: "completed",
      instance_id: rig.instanceId,
      job_details: [
        { job_id: "data", status: "completed", attempt: 1 },
        { job_id: "model", status: "completed", attempt: 2, attempts: 1 },
      ],
    });
    expect(readFileSync(rig.mark("data"), "utf8")).toBe("ran\n");
    expect(await bucket.get(`team/${queueId}/model/results/model.txt`)).toBe("100000\n");
    expect(rig.stubs.calls()).toContain("shutdown -P now");
    console.log(
      `S3 and SSM answered ${proxy.counts.failed} of ${proxy.counts.failed + proxy.counts.passed} calls with an error`,
    );
  }, 120_000);

  it("that was stopped while its queue went on elsewhere writes over nothing of it when it wakes, and ends its machine", async () => {
    const queueId = `woken-${program.name.replaceAll(" ", "-").toLowerCase()}`;
    proxy.failing = 0;
    const jobs = [
      { job_id: "data", command: "seq 1000 > data.txt", result_files: ["data.txt"] },
      {
        job_id: "hold",
        command:
          'echo by $SPAWN_INSTANCE_ID; touch "$MARKS/hold"; until [ -e "$MARKS/go" ]; do sleep 0.05; done',
        depends_on: ["data"],
      },
    ];
    await bucket.put(`team/${queueId}/queue.json`, JSON.stringify({ queue_id: queueId, jobs }));
    const [old, next] = await Promise.all(
      [1, 2].map(async (generation) => {
        const rig = await AgentRig.make(program, { ...moto, endpoint }, { queue_id: queueId });
        rigs.push(rig);
        rig.configure(30 * MINUTE, { store: "s3://agent-results/team/", generation });
        return rig;
      }),
    );
    if (old === undefined || next === undefined) throw new Error("no rigs");
    old.start();
    await old.untilMark("hold");
    await bucket.until(`team/${queueId}/journal/000001.jsonl`, (text) =>
      /attempt-starting.*"hold"/.test(text),
    );
    await bucket.until(`team/${queueId}/status.json`, (text) => JSON.parse(text).jobs.running === 1);
    process.kill(old.pid, "SIGSTOP");
    const stoppedAt = performance.now();

    writeFileSync(next.mark("go"), "");
    next.start();
    expect(await next.ended(), next.log()).toBe(0);
    const stored = async (): Promise<Readonly<Record<string, string | undefined>>> => {
      const names = await bucket.keys(`team/${queueId}/`);
      // The old attempt's own logs are nobody else's.
      const own = names.filter((name) => !name.startsWith("hold/attempts/1/"));
      return Object.fromEntries(
        await Promise.all(own.map(async (name) => [name, await bucket.get(`team/${queueId}/${name}`)])),
      );
    };
    const left = await stored();
    expect(JSON.parse(left["status.json"] ?? "{}")).toMatchObject({
      status: "completed",
      instance_id: next.instanceId,
      job_details: [{ attempt: 1 }, { attempt: 2 }],
    });

    // Nothing is waited for here: this is for how long it is stopped, at the least.
    await wait(STOPPED_MS - (performance.now() - stoppedAt));
    process.kill(old.pid, "SIGCONT");
    expect(await old.ended(), old.log()).toBe(0);
    expect(old.log()).toContain("another instance goes on with the queue");
    expect(old.stubs.calls()).toContain("shutdown -P now");
    expect(await stored()).toEqual(left);
  }, 120_000);
});
