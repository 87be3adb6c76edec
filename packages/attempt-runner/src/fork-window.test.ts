import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { seededRandom } from "@spawn/foundation";
import { afterEach, describe, expect, it } from "vitest";
import type { AttemptSpec } from "./attempt.js";
import { detectContainment } from "./containment/detect-containment.js";
import { currentBootId } from "./processes/identity.js";
import { lookForMarker } from "./processes/marker.js";
import { readProcessTable } from "./processes/process-table.js";
import { type RecoveredAttempt, recoverAttempt } from "./recover-attempt.js";
import { readClaim } from "./starting/claim.js";
import { attemptFiles, type Fifo, until, useAttemptRoom } from "./testing/attempt-room.js";
import { useDriver } from "./testing/bundle-driver.js";

const room = useAttemptRoom();
const driver = useDriver("start-driver");
const kills = process.env.SPAWN_LONG === "1" ? 240 : 32;
const SEED = 20_260_127;

/** Attempts that never started have left their empty cgroups. */
afterEach(() => detectContainment().sweep(room.folder));

/** What happens between the runner's death, with its last wrapper not yet begun, and the wrapper's going on. */
const ORDERS = [
  "recover, then go on",
  "go on, then recover",
  "both at once",
  "claimed, then recover",
] as const;

/**
 * Each round: a runner starts attempts with a wrapper that, forked and executed, is held just before it claims; there
 * the runner is stopped and killed, and the next one recovers. Random kills hardly ever hit this window.
 */
describe("a runner killed between fork and record", () => {
  it(`${kills} times: no command runs twice, none is lost`, { timeout: 600_000 }, async () => {
    const random = seededRandom(SEED);
    for (let kill = 0; kill < kills; kill += 1) {
      const order = ORDERS[kill % ORDERS.length] ?? ORDERS[0];
      await killInTheWindow(join(room.folder, `round-${kill}`), order, Math.floor(random.next() * 3));
    }
  });
});

async function killInTheWindow(
  folder: string,
  order: (typeof ORDERS)[number],
  before: number,
): Promise<void> {
  mkdirSync(folder);
  const [held, gate] = [room.fifo(`${basename(folder)}/held`), room.fifo(`${basename(folder)}/gate`)];
  const specs = Array.from({ length: before + 1 }, (_, index) => markingSpec(folder, index));
  const last = specs[before];
  if (last === undefined) throw new Error("no attempt");
  writeFileSync(join(folder, "specs.json"), JSON.stringify(specs));
  makeHoldingShell(join(folder, "bin"), { claim: last.files.claim, held, gate });
  const runner = spawn("node", [driver.path, join(folder, "specs.json")], {
    env: { PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}` },
    stdio: "ignore",
  });
  await held.receive();
  runner.kill("SIGSTOP");
  runner.kill("SIGKILL");
  await once(runner, "exit");

  const recovered = await recoverInOrder(order, last, gate);
  for (const spec of specs.slice(0, before)) await expectRanOnceOrNever(await recover(spec), spec);
  const end = await expectRanOnceOrNever(recovered, last);
  if (order === "recover, then go on") expect(end).toBe("never-started");
  if (order === "claimed, then recover") expect(end).not.toBe("never-started");
}

async function recoverInOrder(
  order: (typeof ORDERS)[number],
  spec: AttemptSpec,
  gate: Fifo,
): Promise<RecoveredAttempt> {
  switch (order) {
    case "recover, then go on": {
      const recovered = await recover(spec);
      await gate.send("go\n");
      return recovered;
    }
    case "go on, then recover":
      await gate.send("go\n");
      return recover(spec);
    case "both at once": {
      const [recovered] = await Promise.all([recover(spec), gate.send("go\n")]);
      return recovered;
    }
    case "claimed, then recover":
      await gate.send("go\n");
      await until(() => readClaim(spec.files.claim).kind !== "unclaimed");
      return recover(spec);
  }
}

/** Its command appends a line to a file each time it runs. */
function markingSpec(folder: string, index: number): AttemptSpec {
  const files = attemptFiles(join(folder, `attempt-${index}`));
  const changes = { files, marker: `${folder}/${index}` };
  return room.spec(`echo ran >>${join(folder, `attempt-${index}`, "mark")}; exit 3`, changes);
}

/** An `sh` for the runner's `PATH` that, for one claim, says its pid and waits before it becomes the real one. */
function makeHoldingShell(bin: string, window: { claim: string; held: Fifo; gate: Fifo }): void {
  mkdirSync(bin);
  const path = join(bin, "sh");
  const hold = `echo $$ >"${window.held.path}"; read _ <"${window.gate.path}"`;
  writeFileSync(path, `#!/bin/sh\nif [ "$3" = "${window.claim}" ]; then ${hold}; fi\nexec /bin/sh "$@"\n`);
  chmodSync(path, 0o755);
}

function recover({ files, marker, background }: AttemptSpec): Promise<RecoveredAttempt> {
  return recoverAttempt({ files, marker, background, bootId: currentBootId() });
}

async function endOf(recovered: RecoveredAttempt): Promise<number | "never-started" | undefined> {
  switch (recovered.kind) {
    case "never-started":
      return "never-started";
    case "running":
      return (await recovered.attempt.ended).exitCode;
    case "ended":
      return recovered.end.exitCode;
  }
}

/** Waits until nothing of the attempt runs, so that nothing can run later, and compares what it did with its end. */
async function expectRanOnceOrNever(
  recovered: RecoveredAttempt,
  spec: AttemptSpec,
): Promise<number | "never-started" | undefined> {
  const end = await endOf(recovered);
  await until(() => readProcessTable().every(({ pid }) => lookForMarker(pid, spec.marker) !== "present"));
  const mark = join(spec.files.claim, "..", "mark");
  if (end === "never-started") {
    expect(existsSync(mark)).toBe(false);
  } else {
    expect(end).toBe(3);
    expect(readFileSync(mark, "utf8")).toBe("ran\n");
  }
  return end;
}
