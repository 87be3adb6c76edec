import { expect, it } from "vitest";
import { afterGivingUp } from "./after-giving-up.js";

const MINUTE = 60_000;

it.each([
  ["terminate", 60, false, false, { kind: "end-in", ms: 3 * MINUTE }],
  ["keep", 60, false, false, { kind: "end-in", ms: 3 * MINUTE }],
  ["terminate", 60, true, false, { kind: "end-in", ms: 60 * MINUTE }],
  ["terminate", 0, true, false, { kind: "end-in", ms: 3 * MINUTE }],
  ["stop", 0, true, false, { kind: "stop" }],
  ["stop", 0, true, true, { kind: "stay" }],
  ["keep", 0, true, false, { kind: "stay" }],
] as const)(
  "with %s, %i minutes after a failure, begun: %s, stopped before: %s",
  (on_complete, minutes, hasBegun, wasStopped, after) => {
    const config = { on_complete, keep_on_failure_ms: minutes * MINUTE };
    expect(afterGivingUp({ config, hasBegun, wasStopped })).toEqual(after);
  },
);

it("without a configuration that can be read ends soon", () => {
  expect(afterGivingUp({ config: undefined, hasBegun: true, wasStopped: false })).toEqual({
    kind: "end-in",
    ms: 3 * MINUTE,
  });
});
