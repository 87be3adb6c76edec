import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, type TestContext } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { test } from "./rig-test.js";

/** A small file system in the place of one of spawn's folders. */
class SmallDisk {
  readonly #folder: string;

  constructor(rig: CliRig, name: "instances" | "results", size: string, skip: TestContext["skip"]) {
    this.#folder = join(rig.stateHome, "spawn", name);
    mkdirSync(this.#folder, { recursive: true });
    const mounted = mount(["-t", "tmpfs", "-o", `size=${size}`, "spawn-e2e", this.#folder]);
    if (mounted.status !== 0) skip(`a small file system cannot be mounted here: ${mounted.stderr.trim()}`);
  }

  fill(): void {
    spawnSync("dd", ["if=/dev/zero", `of=${this.#filler}`, "bs=4k", "oflag=append", "conv=notrunc"]);
    // What is left below a page's size.
    spawnSync("dd", ["if=/dev/zero", `of=${this.#filler}`, "bs=1", "oflag=append", "conv=notrunc"]);
  }

  free(): void {
    rmSync(this.#filler);
  }

  grow(size: string): void {
    expect(mount(["-o", `remount,size=${size}`, this.#folder]).status).toBe(0);
  }

  unmount(): void {
    spawnSync("umount", ["--lazy", this.#folder]);
  }

  get #filler(): string {
    return join(this.#folder, "filler");
  }
}

function mount(args: readonly string[]) {
  return spawnSync("mount", [...args], { encoding: "utf8" });
}

async function onSmallDisk(rig: CliRig, disk: SmallDisk, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } finally {
    rig.killAll();
    disk.unmount();
  }
}

const stored = (rig: CliRig, key: string): string =>
  readFileSync(join(rig.stateHome, "spawn/results", key), "utf8");

describe("when the disk is full", () => {
  test("under the journal: nothing is lost or run twice, and a resume completes", async ({ rig, skip }) => {
    const disk = new SmallDisk(rig, "instances", "1m", skip);
    await onSmallDisk(rig, disk, async () => {
      const gate = rig.gate("step");
      // So many that their ends do not fit into what is left of the journal's last page.
      const steps = Array.from({ length: 20 }, (_, i) => `step-${i}`);
      const jobs = [
        ...steps.map((job_id) => ({
          job_id,
          command: `echo printed; ${gate.command}; echo $JOB_ATTEMPT >> ran.${job_id}`,
        })),
        { job_id: "next", command: "echo $JOB_ATTEMPT >> ran.next; echo printed", depends_on: steps },
      ];
      await rig.launch(rig.queue({ queue_id: "full", max_parallel: steps.length, jobs }));
      await gate.reached(steps.length);
      disk.fill();
      for (const _ of steps) gate.open();
      const lost = await rig.ended("full");
      expect(lost).toMatchObject({ status: "interrupted", reason: "runner-lost" });
      const shown = await rig.run(["queue", "status", "full"]);
      expect(shown.stdout).toContain("spawn queue resume");
      // The dying runner freed what its last small files took.
      disk.fill();
      const refused = await rig.run(["queue", "resume", "full"]);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toMatch(/no space/i);

      disk.free();
      expect((await rig.run(["queue", "resume", "full", "--wait"])).code).toBe(0);
      expect(await rig.status("full")).toMatchObject({
        status: "completed",
        jobs: { completed: jobs.length },
      });
      for (const { job_id } of jobs) {
        // The number of an attempt that was announced and never began is used up.
        expect(rig.read(`ran.${job_id}`)).toMatch(job_id === "next" ? /^[12]\n$/ : /^1\n$/);
        expect(stored(rig, `full/${job_id}/stdout.log`)).toBe("printed\n");
        expect(stored(rig, `full/${job_id}/merged.log`)).toMatch(/^\[\d\d:\d\d:\d\d\] printed\n$/);
      }
    });
  });

  test("under the logs: each line that a job could write is in them once", async ({ rig, skip }) => {
    const disk = new SmallDisk(rig, "instances", "1m", skip);
    await onSmallDisk(rig, disk, async () => {
      const [fills, frees] = [rig.gate("fills"), rig.gate("frees")];
      const lines = (name: string) => `for ((i = 0; i < 300; i++)); do echo ${name} $i; done`;
      const command = `${lines("before")}; ${fills.command}; ${lines("full")} 2>/dev/null; ${frees.command}; ${lines("after")}`;
      await rig.launch(rig.queue({ queue_id: "logs", jobs: [{ job_id: "prints", command }] }));
      await fills.reached();
      disk.fill();
      fills.open();
      await frees.reached();
      disk.free();
      frees.open();
      expect((await rig.ended("logs")).status).toBe("completed");
      const printed = stored(rig, "logs/prints/stdout.log");
      expect(printed).toMatch(/^before 299$/m);
      expect(printed).toMatch(/^after 299$/m);
      const merged = stored(rig, "logs/prints/merged.log").replace(/^\[\d\d:\d\d:\d\d\] /gm, "");
      expect(merged).toBe(printed);
    });
  });

  test("under the results: the queue says what is missing, waits for room, and stores it then", async ({
    rig,
    skip,
  }) => {
    const disk = new SmallDisk(rig, "results", "1m", skip);
    await onSmallDisk(rig, disk, async () => {
      const jobs = [
        {
          job_id: "large",
          command: "echo $JOB_ATTEMPT >> ran; head -c 3000000 /dev/zero > large.bin",
          result_files: ["large.bin"],
        },
      ];
      await rig.launch(rig.queue({ queue_id: "results", jobs }));
      await rig.journaled(['"results-unstored"']);
      const waiting = await rig.status("results");
      expect(waiting).toMatchObject({ status: "running", jobs: { completed: 1 } });
      expect(waiting.warnings.map(({ message }) => message).join("\n")).toMatch(
        /in the store yet, trying again until 10m .*no space/i,
      );
      expect((await rig.run(["queue", "status", "results"])).stdout).toMatch(/no space/i);

      disk.grow("16m");
      const status = await rig.ended("results");
      expect([status.status, status.warnings]).toEqual(["completed", []]);
      expect(rig.read("ran")).toBe("1\n");
      const results = await rig.run(["queue", "results", "results", "--output", "out"]);
      expect(results.code, results.stderr).toBe(0);
      expect(statSync(join(rig.cwd, "out/large/results/large.bin")).size).toBe(3_000_000);
    });
  });
});
