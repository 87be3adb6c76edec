import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CliRig } from "../cli-rig.js";
import { AN_HOUR_LATER, LabCli } from "./lab-cli.js";
import { LabRig } from "./lab-rig.js";
import { leftInAccount } from "./left-in-account.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));
const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGCLbFUNMKTLVVTGaAqPHjC0lF3cTE5wtFfEzmlcC9R me\n";
let rig: LabRig;
let cli: LabCli;
/** Who runs the same files on this machine. */
let here: CliRig;

beforeAll(async () => {
  if (isMissing) return;
  rig = await LabRig.start({ isFirst: true });
  cli = new LabCli(rig);
  here = new CliRig();
});

afterAll(async () => {
  here?.dispose();
  cli?.dispose();
  await rig?.stop();
});

const IS_RESULT = /^[^/]+\/(results\/.+|stdout\.log|stderr\.log|exit_code)$/;

/** sha256 of each result, and of the raw output, by `<job>/results/<name>`. */
function digests(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => IS_RESULT.test(name));
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return Object.fromEntries(names.sort().map((name) => [name, digest(name)]));
}

/** What a run of the same file in a folder of this machine makes of it. */
async function runHere(file: string, queueId: string): Promise<Readonly<Record<string, string>>> {
  const { status } = await here.runQueue(file);
  expect(status.status).toBe("completed");
  return digests(join(here.cwd, "results", queueId));
}

describe.skipIf(isMissing)("pipelines on two instances at once", { timeout: 300_000 }, () => {
  it("make byte for byte what they make here, from launch to results, and nothing is left of theirs", async () => {
    for (const { cwd } of [cli, here]) {
      cpSync(join(FIXTURES, "ml"), cwd, { recursive: true });
      cpSync(join(FIXTURES, "simple-queue.json"), join(cwd, "simple-queue.json"));
    }
    cli.write("key.pub", PUBLIC_KEY);
    const launch = ["launch", "--instance-type", "t3.micro", "--ttl", "30m", "--batch-queue"];
    const simple = cli.ok([...launch, "simple-queue.json", "--name", "simple-queue", "--wait"]);
    const branches = cli
      .ok([...launch, "queue.json", "--workdir", ".", "--ssh-key", "key.pub", "--ssh-from", "203.0.113.7"])
      .then(() => cli.ok(["queue", "status", "ml-branches", "--watch", "--refresh", "500ms"]));
    const [waited, watched] = await Promise.all([simple, branches]);
    expect(waited).toMatch(/Instance ID: i-[0-9a-f]+\nQueue ID: first-pipeline\n/);
    expect(waited).toMatch(/To fetch its results: spawn queue results first-pipeline\n/);
    expect(watched).toContain("Status: completed");
    const ids = rig.lab.room.machines.map(({ instanceId }) => instanceId);
    expect(ids).toHaveLength(2);

    for (const [queueId, file] of [
      ["first-pipeline", "simple-queue.json"],
      ["ml-branches", "queue.json"],
    ] as const) {
      await cli.ok(["queue", "results", queueId, "-o", `fetched/${queueId}`]);
      const there = digests(join(cli.cwd, "fetched", queueId));
      expect(Object.keys(there).length).toBeGreaterThan(8);
      expect(there).toEqual(await runHere(file, queueId));
    }
    for (const id of ids) await rig.untilState(id, "terminated");
    expect([...rig.lab.room.failures, ...rig.lab.guard.denials]).toEqual([]);
    console.log(`an instance role needs: ${[...rig.lab.guard.allowed].sort().join(", ")}`);
    await expectOwned();
  });

  /** What is left has an owner that removes it, and says so. */
  async function expectOwned(): Promise<void> {
    const left = await leftInAccount(rig.lab.truth);
    expect(left.length).toBeGreaterThan(0);
    const gc = async (...args: readonly string[]) =>
      JSON.parse(await cli.ok(["gc", "--json", ...args], { env: AN_HOUR_LATER })) as {
        readonly found: readonly { readonly kind: string; readonly id: string }[];
        readonly failed: readonly unknown[];
      };
    const { found } = await gc("--dry-run");
    expect(found.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual(left);
    expect(await leftInAccount(rig.lab.truth)).toEqual(left);
    console.log(`two instances that ended by themselves left: ${left.join(", ")}`);
    expect((await gc()).failed).toEqual([]);
    expect(await leftInAccount(rig.lab.truth)).toEqual([]);
  }
});
