import { afterAll, beforeAll, describe, it } from "vitest";
import { LabCli } from "./lab-cli.js";
import { LabRig } from "./lab-rig.js";
import { NO_AGENT_ANY_MORE } from "./no-agent-any-more.js";
import { refusal } from "./proxy/answer.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
/** Longer than an instance may be silent, so that it was waited for because it was heard. */
const STORE_FAILS_MS = 110_000;
let rig: LabRig;

/** Until when the store refuses what jobs of these queues leave; wall clock, ms. */
const refusedUntil = new Map<string, number>();

beforeAll(async () => {
  if (isMissing) return;
  rig = await LabRig.start();
  rig.lab.proxy.fault = ({ operation, url }) => {
    const queue = /\/(\w+)\/work\//.exec(url.pathname)?.[1] ?? "";
    const isRefused =
      Date.now() < (refusedUntil.get(queue) ?? 0) && /PutObject|UploadPart|CreateMultipart/.test(operation);
    return isRefused
      ? { kind: "refuse", refusal: refusal("SlowDown", "Please reduce your request rate.", 503) }
      : undefined;
  };
});

afterAll(() => rig?.stop());

/** Says in its log that it began, and in a file, and goes on for ever. */
function endless(queue_id: string) {
  const command = "echo precious; touch /tmp/written; sleep 3600";
  return { queue_id, jobs: [{ job_id: "work", command }] };
}

describe.skipIf(isMissing)("spawn terminate", { timeout: 400_000 }, () => {
  async function launched(cli: LabCli, queueId: string): Promise<string> {
    const file = cli.queue(endless(queueId));
    const flags = ["--instance-type", "t3.micro", "--ttl", "30m", "--json"];
    const { instance_id: id } = JSON.parse(await cli.ok(["launch", "--batch-queue", file, ...flags]));
    await rig.untilWritten(id, "tmp/written");
    await rig.untilStatus(queueId, "running");
    return id;
  }

  it.concurrent("waits for a store that fails for a while, says so, and loses nothing", async ({
    expect,
  }) => {
    const cli = new LabCli(rig);
    refusedUntil.set("slow", Number.POSITIVE_INFINITY);
    const id = await launched(cli, "slow");
    refusedUntil.set("slow", Date.now() + STORE_FAILS_MS);
    const { code, stdout, stderr } = await cli.run(["terminate", "slow", "-y"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`Terminated ${id}`);
    expect(stderr).toMatch(/^1m \d+s: storing what there is$/m);
    expect(await rig.stored("slow/work/stdout.log")).toBe("precious\n");
    expect(await cli.ok(["queue", "status", "slow"])).toMatch(/Status: interrupted/);
  });

  it.concurrent("ends one of which nothing is heard any more, and says what is not stored", async ({
    expect,
  }) => {
    const cli = new LabCli(rig);
    const id = await launched(cli, "silent");
    await rig.machine(id).run(NO_AGENT_ANY_MORE);
    // In vain: after two minutes nobody waits for it any more.
    const cancelled = await cli.run(["queue", "cancel", "silent", "--wait"]);
    expect(cancelled).toMatchObject({
      code: 124,
      stderr: expect.stringMatching(/nothing heard from i-\w+ for 2m.*: silent is not cancelled/),
    });
    const { code, stderr } = await cli.run(["terminate", "silent", "-y"]);
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stderr).toMatch(/⚠ not all of work is in the result store: its instance was ended before/);
    expect(await rig.state(id)).toMatch(/shutting-down|terminated/);
    expect(await cli.ok(["queue", "status", "silent"])).toMatch(/Status: interrupted/);
  });

  it.concurrent("--now waits for nothing; what was lost is told by the results too", async ({ expect }) => {
    const cli = new LabCli(rig);
    refusedUntil.set("atonce", Number.POSITIVE_INFINITY);
    const id = await launched(cli, "atonce");
    const ended = await cli.run(["terminate", "atonce", "--now", "-y"]);
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("not all of work is in the result store"),
    });
    expect(ended.stderr).not.toContain("waiting");
    expect(await rig.state(id)).toMatch(/shutting-down|terminated/);
    const results = await cli.run(["queue", "results", "atonce"]);
    expect(results.stderr).toContain("⚠ work has run, and nothing of it is in the result store");
    expect(results.stdout).toContain("No job of this queue has anything in the result store.");
    expect(results.code).toBe(1);
  });
});
