import { join } from "node:path";
import { expect, it } from "vitest";
import { type Containment, processGroups } from "./containment/containment.js";
import { readAttemptUsage } from "./read-attempt-usage.js";
import { startAttempt } from "./start-attempt.js";
import { useAttemptRoom } from "./testing/attempt-room.js";
import { machineContainments } from "./testing/containments.js";

const room = useAttemptRoom();
const ways: readonly (readonly [string, Containment])[] = [
  ["process groups", processGroups()],
  ...machineContainments(),
];

it.each(ways)("tells what an attempt uses by its claim, while it runs: %s", async (_name, containment) => {
  const [ready, gate] = [room.fifo("ready"), room.fifo("gate")];
  const burn = "i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); done";
  const spec = room.spec(`${burn}; echo >${ready.path}; read _ <${gate.path}`);
  const query = { claim: spec.files.claim, marker: spec.marker };
  expect(readAttemptUsage(query)).toEqual({});
  const attempt = startAttempt(spec, { containment });
  await ready.receive();
  const usage = readAttemptUsage(query);
  expect(usage.memoryBytes).toBeGreaterThan(100_000);
  expect(usage.cpuSeconds).toBeGreaterThan(0.01);
  await gate.send("\n");
  await attempt.ended;
  expect(readAttemptUsage(query)).toEqual({});
  expect(readAttemptUsage({ ...query, claim: join(room.folder, "none") })).toEqual({});
  containment.sweep(room.folder);
});
