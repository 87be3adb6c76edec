import { expect, it } from "vitest";
import { jobNeeds } from "./job-needs.js";

it.each([
  ["command", { command: "true" }],
  ["queue", { queue: "pipeline.json" }],
  ["type:training", { epochs: 10 }],
  ["type:training", ["command"]],
  ["type:training", null],
])("a job needs %s", (needs, config) => {
  expect(jobNeeds("training", config)).toBe(needs);
});
