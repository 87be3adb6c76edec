import { expect, test } from "vitest";
import type { DagJob } from "../input.js";
import { HandDrivenRun } from "../testing/index.js";
import { blockedBy } from "./blocked-by.js";

test("blockedBy names what is waited for, in file order, once each", () => {
  const jobs: readonly DagJob[] = [
    { id: "a", dependsOn: [], onFailure: "h" },
    { id: "b", dependsOn: [] },
    { id: "c", dependsOn: ["b", "a"] },
    { id: "h", dependsOn: ["b", "a"] },
    { id: "cleanup", dependsOn: ["c"], alwaysRun: true },
    { id: "last", dependsOn: [], alwaysRun: true },
  ];
  const run = new HandDrivenRun({ jobs, failureMode: "continue" });
  const waits = (): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(jobs.map(({ id }) => [id, blockedBy(run.state, id)]));
  expect(waits()).toEqual({
    a: [],
    b: [],
    c: ["a", "b"],
    h: ["a", "b"],
    cleanup: ["c"],
    last: ["a", "b", "c", "h"],
  });
  run.fail("a");
  expect(waits()).toEqual({ a: [], b: [], c: ["a", "b"], h: ["b"], cleanup: [], last: ["b", "h"] });
  run.complete("b", "h");
  expect(waits()).toEqual({ a: [], b: [], c: ["a"], h: [], cleanup: [], last: [] });
  expect(() => blockedBy(run.state, "x")).toThrow('no job "x"');
});
