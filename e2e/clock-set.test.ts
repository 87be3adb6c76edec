import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RUNNER_PROGRAMS } from "./runner-programs.js";
import { RunnerRig } from "./runner-rig.js";
import { jobOf, parseStatus } from "./status-json.js";

const HOUR_S = 3600;
const TIMEOUT_MS = 1500;
const DELAY_MS = 2000;
/** Far from what an hour more or less would make, however slow the machine. */
const PATIENCE_MS = 30_000;

let folder: string;
/** Why the wall clock cannot be played here. */
let obstacle: string | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-clock-"));
  const source = fileURLToPath(new URL("wall-clock-shim.c", import.meta.url));
  const built = spawnSync("cc", ["-shared", "-fPIC", "-o", join(folder, "shim.so"), source, "-ldl"], {
    encoding: "utf8",
  });
  if (built.status !== 0) obstacle = built.error?.message ?? built.stderr;
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The wall clock of what is started with `wrap`; everything else of the machine's clocks is as it is. */
class PlayedClock {
  readonly #file = join(folder, "ahead");
  readonly wrap = ["env", `LD_PRELOAD=${join(folder, "shim.so")}`, `SPAWN_CLOCK_FILE=${this.#file}`];

  constructor() {
    this.set(0);
  }

  /** Seconds ahead of the machine's. By a rename, so that nobody reads half a number. */
  set(seconds: number): void {
    writeFileSync(`${this.#file}.new`, `${seconds}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}

describe.each(RUNNER_PROGRAMS)("when somebody sets the clock of the runner ($name)", (program) => {
  it.for([HOUR_S, -HOUR_S])(
    "by %i s, mid-run: timeouts, backoff and durations stay as they were",
    async (bySeconds, { skip }) => {
      if (obstacle !== undefined) skip(`no clock can be played here: ${obstacle}`);
      const clock = new PlayedClock();
      const rig = new RunnerRig(program, {
        queue_id: "clock",
        jobs: [
          {
            job_id: "stuck",
            command: "echo $JOB_ATTEMPT >> marks/stuck; sleep 600",
            timeout: `${TIMEOUT_MS}ms`,
            retry_count: 2,
            retry_delay: `${DELAY_MS}ms`,
          },
        ],
      });
      try {
        const began = performance.now();
        const first = rig.start([], clock.wrap);
        await rig.record((line) => line.type === "attempt-started", first);
        clock.set(bySeconds);
        await rig.record((line) => line.type === "attempt-ended", first);
        expect(performance.now() - began).toBeGreaterThan(TIMEOUT_MS);
        // The next runner of the same boot finds the clock set back again while the job waits.
        await first.kill();
        clock.set(0);
        const second = rig.start([], clock.wrap);
        await rig.record((line) => line.type === "attempt-started" && line.attempt === 2, second);
        clock.set(bySeconds);
        expect(await second.ended).toMatchObject({ code: 1 });
        const tookMs = performance.now() - began;
        expect(tookMs).toBeLessThan(PATIENCE_MS);

        const records = rig.records();
        const times = records.map(({ t }) => Number(t));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        const timeOf = (type: string, attempt: number): number =>
          Number(records.find((line) => line.type === type && line.attempt === attempt)?.t);
        for (const attempt of [1, 2])
          expect(
            timeOf("attempt-timed-out", attempt) - timeOf("attempt-starting", attempt),
          ).toBeGreaterThanOrEqual(TIMEOUT_MS);
        expect(timeOf("attempt-starting", 2) - timeOf("attempt-ended", 1)).toBeGreaterThanOrEqual(DELAY_MS);
        expect(times.at(-1)).toBeLessThanOrEqual(tookMs);
        // Both ways were gone, or the runners did not see the clock that they were given.
        const at = records.map((line) => Number(line.at));
        const jumps = at.slice(1).map((ms, i) => Math.round((ms - (at[i] ?? 0)) / (HOUR_S * 1000)));
        expect(jumps.filter((hours) => hours !== 0).length).toBeGreaterThanOrEqual(2);

        const status = parseStatus(readFileSync(rig.stored("status.json"), "utf8"));
        const stuck = jobOf(status, "stuck");
        expect(stuck).toMatchObject({ status: "failed", reason: "timeout", attempts: 2 });
        const durations = [status, stuck].map((shown) => String(Reflect.get(shown, "duration")));
        expect(durations.join(" "), "durations in seconds").toMatch(/^\d{1,2}s \d{1,2}s$/);
        expect(readFileSync(join(rig.work, "marks/stuck"), "utf8")).toBe("1\n2\n");
      } finally {
        rig.dispose();
      }
    },
  );
});
