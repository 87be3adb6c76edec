import { rmSync } from "node:fs";
import { expect, it } from "vitest";
import { endStrayAttempt } from "./end-stray-attempt.js";
import { readProcessStat } from "./processes/process-stat.js";
import { startAttempt } from "./start-attempt.js";
import { until, useAttemptRoom } from "./testing/attempt-room.js";

const room = useAttemptRoom();

it("ends an attempt whose files are gone, and another one not", async () => {
  const stray = room.spec("sleep 300 & sleep 300");
  const other = room.spec("sleep 300", { marker: "local-other/q/job/1" });
  const attempts = [startAttempt(stray), startAttempt(other)];
  const pids = await Promise.all(
    attempts.map(async (attempt) => {
      await until(() => attempt.commandPid() !== undefined);
      return attempt.commandPid()?.pid ?? 0;
    }),
  );
  rmSync(stray.files.claim);
  await endStrayAttempt(stray.marker, stray.files);
  expect(pids.map((pid) => readProcessStat(pid)?.ended ?? true)).toEqual([true, false]);
  attempts[1]?.kill();
  await attempts[1]?.ended;
});
