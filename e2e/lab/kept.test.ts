import { afterAll, beforeAll, describe, it } from "vitest";
import { LabCli } from "./lab-cli.js";
import { LabRig } from "./lab-rig.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
const MINUTE = 60_000;
let rig: LabRig;

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start();
});

afterAll(() => rig?.stop());

const LAUNCH = ["--instance-type", "t3.micro", "--ttl", "3h"];

function failing(queue_id: string) {
  return { queue_id, jobs: [{ job_id: "work", command: "echo trouble; exit 3" }] };
}

describe.skipIf(isMissing)("an instance that is kept after a failure", { timeout: 180_000 }, () => {
  it("is told of wherever somebody looks, with its price and its end, as long as it is there", async ({
    expect,
  }) => {
    const cli = new LabCli(rig);
    const file = cli.queue(failing("kept"));
    const told = await cli.ok(["launch", "--batch-queue", file, ...LAUNCH, "--wait"], { code: 1 });
    const id = /Instance ID: (i-\w+)/.exec(told)?.[1] ?? "";
    const words = /still runs, to be looked at, and costs \$0\.0105\/hour\n {2}until \d{4}-.* at the latest/;
    expect(told).toMatch(words);
    expect(told).toContain("  End it now: spawn terminate kept\n");

    const watched = await cli.ok(["queue", "status", "kept", "--watch"], { code: 1 });
    const status = await cli.ok(["queue", "status", "kept"]);
    for (const screen of [watched, status, await cli.ok(["status", "kept"])]) expect(screen).toMatch(words);
    const before = JSON.parse(await cli.ok(["queue", "status", "kept", "--json"]));
    expect(before).toMatchObject({ kept_as: "running", hourly_price: 0.0105, instance_state: "running" });
    expect(Date.parse(before.kept_until) - Date.parse(before.completed_at)).toBe(60 * MINUTE);
    const list = await cli.run(["list"]);
    expect(list.stderr).toMatch(
      new RegExp(`⚠ ${id} is kept until .* \\(\\$0\\.0105/hour\\)\\.\n {2}Now: spawn terminate ${id}\n`),
    );

    await cli.ok(["extend", "kept", "2h"]);
    const keptUntil = async (): Promise<string> =>
      JSON.parse(await cli.ok(["list", "--json"]))[0]?.kept_until ?? "";
    await rig.until("it stays longer", async () => (await keptUntil()) !== before.kept_until);
    const moved = Date.parse(await keptUntil()) - Date.parse(before.kept_until);
    expect(Math.abs(moved - 120 * MINUTE)).toBeLessThanOrEqual(1000);

    await cli.ok(["terminate", "kept", "-y"]);
    expect(await cli.ok(["queue", "status", "kept"])).not.toMatch(/still runs|is stopped/);
    const after = JSON.parse(await cli.ok(["queue", "status", "kept", "--json"]));
    expect(after).not.toHaveProperty("kept_until");
    expect((await cli.run(["list", "--state", "all"])).stderr).not.toContain("is kept");
  });

  it("is told of with what it costs where it is stopped instead", async ({ expect }) => {
    const cli = new LabCli(rig);
    const file = cli.queue(failing("halted"));
    const args = ["launch", "--batch-queue", file, ...LAUNCH, "--on-complete", "stop", "--wait"];
    const stopped = /Its instance is stopped, not gone: its disk costs\n {2}until soon after \d{4}-/;
    expect(await cli.ok(args, { code: 1 })).toMatch(stopped);
    const { instance_id: id, ...told } = JSON.parse(await cli.ok(["queue", "status", "halted", "--json"]));
    expect(told).toMatchObject({ kept_as: "stopped", kept_until: told.ttl_expires_at });
    await rig.untilState(id, "stopped");
    expect(await cli.ok(["queue", "status", "halted"])).toMatch(stopped);
  });
});
