import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { CliRig, RunOptions } from "./cli-rig.js";
import { test } from "./rig-test.js";
import type { CommandResult } from "./running-command.js";
import { jobOf, parseStatus } from "./status-json.js";
import { waitForFile } from "./wait-for-file.js";

/** Longer than any command takes on a busy machine. */
const NO_HANG_MS = 20_000;

const isRoot = process.getuid?.() === 0;

/** Puts an empty device over every bash of the standard folders, then runs its arguments. */
const HIDE_BASH = `
for bash in /usr/local/bin/bash /usr/bin/bash /bin/bash; do
  if test -f "$bash"; then mount --bind /dev/null "$bash" || exit; fi
done
exec "$@"`;

function expectExplained(result: CommandResult): void {
  expect(result.stderr).not.toMatch(/^ {4}at /m);
  expect(result.stderr).not.toContain("internal error");
  expect(result.elapsedMs).toBeLessThan(NO_HANG_MS);
}

/** Runs `spawn` as somebody whom file modes bind: root is nobody then. */
async function runAsOrdinaryUser(
  rig: CliRig,
  args: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  if (!isRoot) return await rig.run(args, options);
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, rig.cli, ...args];
  return await rig.startProgram("setpriv", nobody, options).result;
}

describe("without permission", () => {
  test("to write the state folder: exit 4, with the folder's name", async ({ rig }) => {
    rig.openToAll();
    chmodSync(rig.stateHome, 0o555);
    const file = rig.queue({ jobs: [{ job_id: "a", command: "touch ran" }] });
    for (const command of [
      ["queue", "run", file],
      ["launch", "--provider", "local", "--batch-queue", file],
    ]) {
      const result = await runAsOrdinaryUser(rig, command);
      expect(result.code).toBe(4);
      expect(result.stderr).toContain(rig.stateHome);
      expectExplained(result);
    }
    expect(() => rig.read("ran")).toThrow();
  });

  test("to make cgroups: says that what a job declares of memory limits nothing", async ({ rig }) => {
    rig.openToAll();
    const jobs = [{ job_id: "a", command: "true", resources: { memory: "64MiB" } }];
    const file = rig.queue({ queue_id: "unlimited", jobs });
    // What root has made here is no ordinary user's.
    await rig.run(["queue", "run", file]);
    const options = { env: { XDG_STATE_HOME: join(rig.home, "ordinary") } };
    const launch = ["launch", "--provider", "local", "--batch-queue", file, "--wait"];
    const launched = await runAsOrdinaryUser(rig, launch, options);
    expect(launched.code).toBe(0);
    expect(launched.stderr).toContain("⚠ memory limits are not enforced here: ");
    const { stdout } = await runAsOrdinaryUser(rig, ["queue", "status", "unlimited"], options);
    expect(stdout).toContain("Containment: process groups");
    expect(stdout.match(/memory limits are not enforced here/g)).toHaveLength(1);
    expect(stdout).not.toContain("without a cgroup of its own");
  });

  test("to read the queue file: exit 4, with its name", async ({ rig }) => {
    rig.openToAll();
    chmodSync(rig.write("secret.json", "{}"), 0);
    const result = await runAsOrdinaryUser(rig, ["queue", "run", "secret.json"]);
    expect(result.code).toBe(4);
    expect(result.stderr).toContain("secret.json");
    expectExplained(result);
  });
});

describe("with a full disk", () => {
  test("a launch says so; a queue that runs goes on once there is room", async ({ rig, skip }) => {
    const disk = join(rig.home, "small-disk");
    mkdirSync(disk);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "spawn-e2e", disk], {
      encoding: "utf8",
    });
    if (mounted.status !== 0) skip(`a small file system cannot be mounted here: ${mounted.stderr.trim()}`);
    try {
      const env = { XDG_STATE_HOME: disk };
      const filler = join(disk, "filler");
      const fill = (): unknown => spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4k"]);

      fill();
      const file = rig.queue({ queue_id: "a", jobs: [{ job_id: "a", command: "echo $JOB_ATTEMPT >> ran" }] });
      const refused = await rig.run(["queue", "run", file], { env });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/no space/i);
      expectExplained(refused);
      rmSync(filler);

      const gate = rig.gate("step");
      const jobs = [
        { job_id: "step", command: `${gate.command}; echo x >> ran` },
        { job_id: "next", command: "echo y >> ran", depends_on: ["step"] },
      ];
      const running = rig.start(["queue", "run", rig.queue({ queue_id: "b", jobs }), "--json"], { env });
      await gate.reached();
      fill();
      gate.open();
      await waitForFile(join(rig.cwd, "ran"));
      truncateSync(filler, 0);
      const result = await running.result;
      const status = parseStatus(result.stdout);
      if (status.status === "interrupted") {
        expect((await rig.run(["queue", "resume", "b"], { env })).code).toBe(0);
        await rig.run(["queue", "status", "b", "--watch", "--refresh", "100ms"], { env });
      }
      const final = parseStatus((await rig.run(["queue", "status", "b", "--json"], { env })).stdout);
      expect(final.status).toBe("completed");
      expect(rig.read("ran")).toBe("x\ny\n");
    } finally {
      rig.killAll();
      spawnSync("umount", ["--lazy", disk]);
    }
  });
});

describe("on a machine without", () => {
  test("bash in its PATH: the one in the standard place runs the commands", async ({ rig }) => {
    const file = rig.queue({ jobs: [{ job_id: "a", command: 'echo "${BASH_VERSION:+bash}" > shell' }] });
    const { result } = await rig.runQueue(file, { env: { PATH: rig.home } });
    expect(result.code).toBe(0);
    expect(rig.read("shell")).toBe("bash\n");
  });

  test("any bash: sh runs the commands", async ({ rig, skip }) => {
    const file = rig.queue({ jobs: [{ job_id: "a", command: "echo ${BASH_VERSION:-no bash} > shell" }] });
    // Hidden in a mount namespace that ends with the command.
    const hidden = ["unshare", isRoot ? "-m" : "-rm", "sh", "-c", HIDE_BASH, "hide-bash"];
    const possible = spawnSync(hidden[0] ?? "", [...hidden.slice(1), "true"], { encoding: "utf8" });
    if (possible.status !== 0) skip(`bash cannot be hidden here: ${possible.stderr.trim()}`);
    const args = [...hidden.slice(1), process.execPath, rig.cli, "queue", "run", file, "--json"];
    const result = await rig.startProgram("unshare", args).result;
    expect(result.code, result.stderr).toBe(0);
    expect(rig.read("shell")).toBe("no bash\n");
  });

  test("the shell that a job asks for: the job says so", async ({ rig }) => {
    const file = rig.queue({ jobs: [{ job_id: "a", command: "true", shell: "/no/such/shell" }] });
    const { status } = await rig.runQueue(file);
    expect(jobOf(status, "a")).toMatchObject({ status: "failed", reason: "start-failed" });
    expect(JSON.stringify(jobOf(status, "a"))).toContain("/no/such/shell");
  });

  test("a home folder: the state goes where XDG_STATE_HOME says", async ({ rig }) => {
    const file = rig.queue({ queue_id: "homeless", jobs: [{ job_id: "a", command: "true" }] });
    const { result } = await rig.runQueue(file, { env: { HOME: undefined } });
    expect(result.code).toBe(0);
    expect(statSync(join(rig.stateHome, "spawn/results/homeless")).isDirectory()).toBe(true);
  });
});

describe("when the working directory is gone", () => {
  test("before a command is given: it is refused with a sentence", async ({ rig }) => {
    const file = rig.write("queue.json", JSON.stringify({ jobs: [{ job_id: "a", command: "true" }] }));
    const script = `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" queue run "$2"`;
    const result = await rig.startProgram("sh", ["-c", script, process.execPath, rig.cli, file]).result;
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/directory|folder/);
    expectExplained(result);
  });

  test("before a job starts in it: the job fails to start, and says where", async ({ rig }) => {
    const file = rig.queue({
      jobs: [
        { job_id: "remove", command: "rmdir ../place" },
        { job_id: "step", command: "true", depends_on: ["remove"] },
      ],
    });
    const place = join(rig.home, "place");
    mkdirSync(place);
    const result = await rig.run(["queue", "run", join(rig.cwd, file), "--json"], { cwd: place });
    const status = parseStatus(result.stdout);
    expect(jobOf(status, "step")).toMatchObject({ status: "failed", reason: "start-failed" });
    expect(JSON.stringify(jobOf(status, "step"))).toContain(place);
    expectExplained(result);
  });
});

describe("with less in it than jobs ask for", () => {
  test("validate and plan name what does not fit; a run or a launch is refused, with exit 5", async ({
    rig,
  }) => {
    const file = rig.queue({
      jobs: [
        { job_id: "small", command: "touch ran", resources: { cpus: 1 } },
        { job_id: "huge", command: "touch ran", resources: { memory: "900TB" }, depends_on: ["small"] },
        { job_id: "many", command: "touch ran", resources: { gpus: 4000 } },
      ],
    });
    for (const command of ["validate", "plan"]) {
      const { code, stderr } = await rig.run(["queue", command, file]);
      expect(code).toBe(0);
      expect(stderr).toMatch(/Does not fit on this machine: job huge asks for .* of memory/);
      expect(stderr).toContain("Does not fit on this machine: job many asks for 4000 GPUs");
      expect(stderr).not.toContain("small");
    }
    for (const command of [
      ["queue", "run", file],
      ["launch", "--provider", "local", "--batch-queue", file],
    ]) {
      const result = await rig.run(command);
      expect(result.code).toBe(5);
      expect(result.stderr).toMatch(/job huge asks for .*; job many asks for 4000 GPUs/);
      expectExplained(result);
    }
    expect(() => rig.read("ran")).toThrow();
  });

  test("a resume is refused where what runs again does not fit any more, and goes on where it does", async ({
    rig,
  }) => {
    const jobs = [
      { job_id: "train", command: "[ -e good ] || exit 3", resources: { gpus: 1 } },
      { job_id: "plain", command: "true" },
    ];
    const oneGpu = { env: { CUDA_VISIBLE_DEVICES: "5" } };
    const run = await rig.run(["queue", "run", rig.queue({ queue_id: "gpu", jobs })], oneGpu);
    expect(run.code).toBe(1);
    const refused = await rig.run(["queue", "resume", "gpu"], { env: { CUDA_VISIBLE_DEVICES: "" } });
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain("job train asks for 1 GPUs, there are 0");
    expectExplained(refused);
    rig.write("good", "");
    expect((await rig.run(["queue", "resume", "gpu", "--wait"], oneGpu)).code).toBe(0);
  });
});
