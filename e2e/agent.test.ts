import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type MotoServer,
  motoIsMissing,
  startMoto,
} from "../packages/result-store/src/testing/moto-server.js";
import { AgentRig } from "./agent-rig.js";
import { RUNNER_PROGRAMS } from "./runner-programs.js";

const MINUTE = 60_000;
const CANARY = "c4nary-in-the-c0al-mine";

const isMissing = motoIsMissing();
let moto: MotoServer;
const rigs: AgentRig[] = [];

beforeAll(async () => {
  if (isMissing) return;
  moto = await startMoto();
});

afterAll(() => moto?.stop());

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.remove();
});

const names = (list: unknown): readonly string[] => (list as { Name: string }[]).map(({ Name }) => Name);

describe.skipIf(isMissing).each(RUNNER_PROGRAMS)("the agent ($name)", (program) => {
  async function make(queueId: string, jobs: readonly object[]): Promise<AgentRig> {
    const rig = await AgentRig.make(program, moto, { queue_id: queueId, jobs } as { queue_id: string });
    rigs.push(rig);
    return rig;
  }

  it("runs the queue with what was carried for it, removes that, and ends the machine", async () => {
    const rig = await make("whole", [
      { job_id: "a", command: 'echo "token $TOKEN"', environment: { TOKEN: "${API_TOKEN}" } },
      {
        job_id: "b",
        command: 'echo "pass $DB_PASS"',
        secrets: { DB_PASS: "ssm:/prod/db" },
        depends_on: ["a"],
      },
    ]);
    const SecureString = { Type: "SecureString", Overwrite: true };
    const carried = "/spawn/whole/env/API_TOKEN";
    await moto.call("AmazonSSM.PutParameter", { Name: carried, Value: CANARY, ...SecureString });
    await moto.call("AmazonSSM.PutParameter", { Name: "/prod/db", Value: `${CANARY}-2`, ...SecureString });
    rig.configure(30 * MINUTE);
    rig.start();
    expect(await rig.ended()).toBe(0);
    expect(rig.stubs.calls()).toContain("shutdown -P +30");
    expect(rig.stubs.calls()).toContain("shutdown -P now");
    expect(rig.status()).toMatchObject({ status: "completed", instance_id: rig.instanceId });
    expect(readFileSync(rig.stored("a/stdout.log"), "utf8")).toBe(`token ${CANARY}\n`);
    expect(readFileSync(rig.stored("b/stdout.log"), "utf8")).toBe(`pass ${CANARY}-2\n`);
    for (const job of ["a", "b"]) {
      expect(readFileSync(rig.stored(`${job}/merged.log`), "utf8")).toMatch(/\*\*\*\n$/);
    }
    // A job's own raw output is kept as it is, and nothing else holds a value.
    const holders = rig.filesWith(CANARY);
    expect(holders).not.toEqual([]);
    expect(holders.filter((path) => !/stdout(?:\.log)?$/.test(path))).toEqual([]);
    const left = await moto.call("AmazonSSM.DescribeParameters", {});
    expect(names(left.Parameters)).toEqual(["/prod/db"]);
  });

  it("killed mid-run and started again runs nothing twice and keeps the deadline", async () => {
    const rig = await make("killed", [
      { job_id: "a", command: 'echo ran >> "$MARKS/a"; until [ -e "$MARKS/go" ]; do sleep 0.05; done' },
      { job_id: "b", command: 'echo ran >> "$MARKS/b"', depends_on: ["a"] },
    ]);
    rig.configure(30 * MINUTE);
    rig.start();
    await rig.untilMark("a");
    await rig.until("the status says the deadline", () => rig.status().ttl_expires_at !== undefined);
    const { ttl_expires_at: deadline } = rig.status();
    for (let death = 0; death < 3; death += 1) {
      await rig.kill("SIGKILL");
      rig.start();
      await rig.until("it has armed the shutdown", () => rig.stubs.calls().length >= 2 + death);
    }
    writeFileSync(rig.mark("go"), "");
    expect(await rig.ended()).toBe(0);
    expect(readFileSync(rig.mark("a"), "utf8")).toBe("ran\n");
    expect(readFileSync(rig.mark("b"), "utf8")).toBe("ran\n");
    expect(rig.status()).toMatchObject({ status: "completed", ttl_expires_at: deadline });
    expect(rig.stubs.calls()).toContain("shutdown -P now");
  });

  it("stops the queue before the deadline, leaves it to be continued, and ends the machine", async () => {
    const rig = await make("ttl", [
      { job_id: "a", command: 'trap "echo told; exit 0" TERM; touch "$MARKS/a"; sleep 600 & wait' },
      { job_id: "b", command: "true", depends_on: ["a"] },
    ]);
    rig.configure(10_000);
    rig.start();
    await rig.untilMark("a");
    const started = Date.now();
    expect(await rig.ended()).toBe(0);
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(rig.status()).toMatchObject({ status: "interrupted", reason: "ttl" });
    expect(rig.status().warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining("the instance ends at") }),
    ]);
    expect(readFileSync(rig.stored("a/attempts/1/stdout.log"), "utf8")).toBe("told\n");
    expect(rig.stubs.calls()).toContain("shutdown -P now");
  });

  it("lives longer when asked to, on the disk too, and says what it refuses", async () => {
    const rig = await make("extend", [
      { job_id: "a", command: 'touch "$MARKS/a"; until [ -e "$MARKS/go" ]; do sleep 0.05; done' },
    ]);
    rig.configure(10 * MINUTE);
    rig.start();
    await rig.untilMark("a");
    const later = new Date(Math.ceil(Date.now() / 1000) * 1000 + 90 * MINUTE).toISOString();
    rig.ask("001", { kind: "extend", deadline: later });
    rig.ask("002", { kind: "extend", deadline: "2020-01-01T00:00:00Z" });
    const armed = (): boolean => rig.stubs.calls().some((call) => /-P \+9[01]$/.test(call));
    await rig.until("the shutdown is armed anew", armed);
    await rig.until("the requests are gone", () => !existsSync(rig.stored("requests/002.json")));
    expect(existsSync(rig.stored("requests/001.json"))).toBe(false);
    await rig.kill("SIGKILL");
    const before = rig.stubs.calls().length;
    rig.start();
    await rig.until("it has armed the shutdown", () => rig.stubs.calls().length > before);
    expect(rig.stubs.calls().at(-1)).toMatch(/-P \+9[01]$/);
    writeFileSync(rig.mark("go"), "");
    await rig.ended();
    const { ttl_expires_at: at, warnings } = rig.status();
    expect(Date.parse(String(at))).toBe(Date.parse(later));
    expect(warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining("that has passed") }),
    ]);
  });

  it("after a spot notice stops the queue, uses up no retry, and leaves the machine to EC2", async () => {
    const rig = await make("spot", [
      { job_id: "a", command: 'touch "$MARKS/a"; sleep 600' },
      { job_id: "clean", command: 'touch "$MARKS/clean"', always_run: true },
    ]);
    rig.imds.values.set("meta-data/instance-life-cycle", "spot");
    rig.configure(30 * MINUTE);
    rig.start();
    await rig.untilMark("a");
    const time = new Date(Date.now() + 2 * MINUTE).toISOString();
    rig.imds.values.set("meta-data/spot/instance-action", JSON.stringify({ action: "terminate", time }));
    await rig.until("it is interrupted", () => rig.status().status === "interrupted");
    expect(rig.status()).toMatchObject({
      reason: "spot",
      job_details: [
        { job_id: "a", status: "pending", attempts: 0 },
        { job_id: "clean", attempts: 0 },
      ],
    });
    expect(existsSync(rig.mark("clean"))).toBe(false);
    expect(rig.stubs.calls()).not.toContain("shutdown -P now");
    expect(await rig.kill("SIGTERM")).toBe(0);
  });

  it("on another instance goes on with what the first one reached, from the store alone", async () => {
    const queue = [
      { job_id: "a", command: 'echo ran >> "$MARKS/a"; echo model > model', result_files: ["model"] },
      {
        job_id: "b",
        command: 'echo "$JOB_ATTEMPT $(cat model)" >> "$MARKS/b"; [ -e "$MARKS/go" ] || sleep 600',
        depends_on: ["a"],
      },
    ];
    const rig = await make("moved", queue);
    rig.configure(30 * MINUTE);
    rig.start();
    await rig.untilMark("b");
    rig.ask("001", { kind: "interrupt", cause: "spot" });
    expect(await rig.ended()).toBe(0);
    expect(rig.status()).toMatchObject({ status: "interrupted", reason: "spot" });
    writeFileSync(rig.mark("go"), "");
    rig.becomeAnother();
    rig.configure(30 * MINUTE, { generation: 2 });
    rig.start();
    expect(await rig.ended()).toBe(0);
    expect(rig.status()).toMatchObject({ status: "completed", instance_id: rig.instanceId });
    expect(readFileSync(rig.mark("a"), "utf8")).toBe("ran\n");
    expect(readFileSync(rig.mark("b"), "utf8")).toBe("1 model\n2 model\n");
  });

  it("told to end by its service drains, and goes on with the queue when it is started again", async () => {
    const rig = await make("service", [
      { job_id: "a", command: 'echo "$JOB_ATTEMPT" >> "$MARKS/a"; [ -e "$MARKS/go" ] || sleep 600' },
    ]);
    rig.configure(30 * MINUTE);
    rig.start();
    await rig.untilMark("a");
    expect(await rig.kill("SIGTERM")).toBe(0);
    expect(rig.status()).toMatchObject({ status: "interrupted", reason: "shutdown" });
    expect(rig.stubs.calls()).not.toContain("shutdown -P now");
    writeFileSync(rig.mark("go"), "");
    rig.start();
    expect(await rig.ended()).toBe(0);
    expect(rig.status()).toMatchObject({ status: "completed" });
    expect(readFileSync(rig.mark("a"), "utf8")).toBe("1\n2\n");
  });

  it("stays for a while after a failure, and ends when the work is said to be complete", async () => {
    const rig = await make("kept", [{ job_id: "a", command: "exit 3" }]);
    rig.configure(30 * MINUTE, { keep_on_failure_ms: 10 * MINUTE });
    rig.start();
    await rig.until("the queue has failed", () => rig.status().status === "failed");
    // With the first word of the failure: who waits for that looks no further.
    const { kept_until, completed_at, kept_as } = rig.status();
    expect(kept_as).toBe("running");
    expect(Date.parse(String(kept_until)) - Date.parse(String(completed_at))).toBe(10 * MINUTE);
    await rig.until("it says that it stays", () => rig.log().includes('"keep"'));
    expect(rig.stubs.calls()).not.toContain("shutdown -P now");
    writeFileSync(`${rig.folder}/SPAWN_COMPLETE`, "");
    expect(await rig.ended()).toBe(0);
    expect(rig.stubs.calls()).toContain("shutdown -P now");
  });

  /** Starts it as its service does, until it is not to be started again. @returns how often. */
  async function failUntilGivenUp(rig: AgentRig): Promise<number> {
    for (let start = 1; ; start += 1) {
      rig.start();
      const code = await rig.ended();
      if (code === 0) return start;
      expect(code).toBe(1);
    }
  }

  it("that cannot work says so, is to be started again, and after five failures has the machine end soon", async () => {
    const rig = await make("broken", [{ job_id: "a", command: "true" }]);
    rig.configure(30 * MINUTE, { store: "nowhere" });
    expect(await failUntilGivenUp(rig)).toBe(5);
    expect(rig.log()).toContain("agent.json cannot be used: store: ");
    expect(rig.log()).toMatch(/has failed 5 times in a row, .*; the instance ends at \d/);
    rig.start();
    expect(await rig.ended()).toBe(0);
    const armed = rig.stubs.calls().filter((call) => call.startsWith("shutdown"));
    expect(armed).toEqual(["shutdown -P +3", "shutdown -P +3"]);
  });

  it("that gives up before its queue could begin says in the store why, and when the machine ends", async () => {
    const rig = await make("unshipped", [{ job_id: "a", command: "true" }]);
    rig.configure(24 * 60 * MINUTE, { workdir: { sha256: "0".repeat(64) } });
    writeFileSync(rig.stored("workdir.tar.gz"), "another");
    expect(await failUntilGivenUp(rig)).toBe(5);
    expect(rig.stubs.calls().at(-1)).toMatch(/^wall/);
    expect(rig.stubs.calls().at(-2)).toBe("shutdown -P +3");
    const { ttl_expires_at: end, ...status } = rig.status();
    expect(status).toMatchObject({
      status: "interrupted",
      reason: "runner-lost",
      instance_id: rig.instanceId,
      jobs: { total: 1, pending: 1 },
      warnings: [{ message: expect.stringMatching(/5 times in a row, at last with: the work folder/) }],
    });
    expect(Date.parse(String(end)) - Date.now()).toBeLessThanOrEqual(3 * MINUTE);
  });

  it("that gives up on a queue that has begun keeps the machine as after a failure", async () => {
    const rig = await make("damaged", [
      { job_id: "a", command: 'touch "$MARKS/a"; until [ -e "$MARKS/go" ]; do sleep 0.05; done' },
    ]);
    rig.configure(24 * 60 * MINUTE, { keep_on_failure_ms: 60 * MINUTE });
    rig.start();
    await rig.untilMark("a");
    await rig.until("the store has the journal", () => existsSync(rig.stored("journal/000001.jsonl")));
    await rig.kill("SIGKILL");
    writeFileSync(`${rig.root}/var/lib/spawn-queue/journal.jsonl`, "damaged\n");
    expect(await failUntilGivenUp(rig)).toBe(5);
    expect(rig.stubs.calls()).toContain("shutdown -P +60");
    expect(rig.stubs.calls()).not.toContain("shutdown -P +3");
    expect(rig.status()).toMatchObject({
      status: "interrupted",
      kept_as: "running",
      kept_until: rig.status().ttl_expires_at,
      warnings: [{ message: expect.stringContaining("is not started again; the instance ends at") }],
    });
  });
});
