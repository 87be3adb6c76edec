import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CliRig } from "../cli-rig.js";
import { LabRig } from "./lab-rig.js";
import { runCommand } from "./run-command.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));
let rig: LabRig;
let here: CliRig;

beforeAll(async () => {
  if (isMissing) return;
  rig = await LabRig.start({ isFirst: true });
  here = new CliRig();
});

afterAll(async () => {
  here?.dispose();
  await rig?.stop();
});

interface Queue {
  readonly queue_id: string;
  readonly jobs: readonly { readonly job_id: string }[];
}

function read(file: string): Queue {
  return JSON.parse(readFileSync(join(FIXTURES, file), "utf8")) as Queue;
}

/** sha256 by `<job>/results/<name>`, and the raw output. */
type Results = Readonly<Record<string, string>>;

function digest(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

const IS_RESULT = /^[^/]+\/(results\/.+|stdout\.log|stderr\.log|exit_code)$/;

/** What a run of the same file in this folder of this machine makes of it. */
async function runHere(file: string, queueId: string): Promise<Results> {
  const { status } = await here.runQueue(file);
  expect(status.status).toBe("completed");
  const folder = join(here.cwd, "results", queueId);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return digests(names, (name) => readFileSync(join(folder, name)));
}

async function resultsOf(queueId: string): Promise<Results> {
  const prefix = `${queueId}/`;
  const names = (await rig.keys(prefix)).map((key) => key.slice(prefix.length));
  const texts = new Map<string, string>();
  for (const name of names) texts.set(name, (await rig.stored(prefix + name)) ?? "");
  return digests(names, (name) => texts.get(name) ?? "");
}

function digests(names: readonly string[], content: (name: string) => Uint8Array | string): Results {
  return Object.fromEntries(
    names
      .filter((name) => IS_RESULT.test(name))
      .sort()
      .map((name) => [name, digest(content(name))]),
  );
}

describe.skipIf(isMissing)("pipelines on two instances at once", { timeout: 240_000 }, () => {
  it("make byte for byte what they make here, and the instances are gone, with nothing of theirs left", async () => {
    const [simple, ml] = [read("simple-queue.json"), read("ml/queue.json")];
    cpSync(join(FIXTURES, "ml"), here.cwd, { recursive: true });
    cpSync(join(FIXTURES, "simple-queue.json"), join(here.cwd, "simple-queue.json"));
    const archive = join(rig.folder, "workdir.tar.gz");
    runCommand("tar", ["-czf", archive, "-C", here.cwd, "scripts"]);
    const workdir = { archive, sha256: digest(readFileSync(archive)) };

    const ids = await Promise.all([
      rig.launch(simple, { ttlMs: 30 * 60_000 }),
      rig.launch(ml, { ttlMs: 30 * 60_000, workdir, carried: { UNUSED: "carried-value" } }),
    ]);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) await rig.untilState(id, "terminated", 120_000);
    const problems = [...rig.lab.room.failures, ...rig.lab.guard.denials];
    expect(problems).toEqual([]);

    for (const [file, { queue_id }] of [
      ["simple-queue.json", simple] as const,
      ["queue.json", ml] as const,
    ]) {
      expect(await rig.status(queue_id)).toMatchObject({ status: "completed" });
      const [there, local] = [await resultsOf(queue_id), await runHere(file, queue_id)];
      expect(Object.keys(there).length).toBeGreaterThan(8);
      expect(there).toEqual(local);
    }
    expect(await rig.parameters()).toEqual([]);
    console.log(`an instance role needs: ${[...rig.lab.guard.allowed].sort().join(", ")}`);
  });
});
