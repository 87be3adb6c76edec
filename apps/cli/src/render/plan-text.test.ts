import { loadQueueFile, type QueueSpec, toDagInput } from "@spawn/config-schema";
import { buildGraph } from "@spawn/dag-core";
import { describe, expect, it } from "vitest";
import { paletteOf } from "./palette.js";
import { planJson } from "./plan-json.js";
import { planText } from "./plan-text.js";

function specOf(...jobs: readonly object[]): QueueSpec {
  const { spec } = loadQueueFile(JSON.stringify({ queue_id: "ml-training", jobs }), { fileName: "q.json" });
  if (spec === undefined) throw new Error("the test's queue file is wrong");
  return spec;
}

const options = { columns: 80, maxParallel: 4, palette: paletteOf(false) };
const chain = specOf(
  { job_id: "download", command: "true", timeout: "15m" },
  { job_id: "train", command: "true", depends_on: ["download"], timeout: "4h" },
);

describe("planText", () => {
  it("draws the pipeline and says how long it may take", () => {
    expect(`\n${planText(chain, buildGraph(toDagInput(chain)), options)}\n`).toBe(`
Queue: ml-training
Jobs: 2

Pipeline:
  download (15m)
     ↓
  train (4h)

Critical Path: download → train
Start Order: download, train
Most at Once: 1 of 4 slots
On Failure: stop
Estimated Duration: 4h 15m
`);
  });

  it("says that it is a lower bound where a timeout is missing", () => {
    const spec = specOf(
      { job_id: "a", command: "true", timeout: "15m" },
      { job_id: "b", command: "true", depends_on: ["a"] },
    );
    expect(planText(spec, buildGraph(toDagInput(spec)), options)).toContain(
      "Estimated Duration: at least 15m",
    );
  });
});

describe("planJson", () => {
  it("has the same for programs", () => {
    expect(planJson(chain, buildGraph(toDagInput(chain)), 4)).toMatchObject({
      queue_id: "ml-training",
      generations: [["download"], ["train"]],
      critical_path: ["download", "train"],
      estimated_duration: { duration: "4h15m", seconds: 15_300, at_least: false },
      jobs: [
        { job_id: "download", depends_on: [] },
        { job_id: "train", depends_on: ["download"] },
      ],
    });
  });

  it("estimates nothing where no job has a timeout", () => {
    const spec = specOf({ job_id: "a", command: "true" });
    expect(planJson(spec, buildGraph(toDagInput(spec)), 4)).toHaveProperty("estimated_duration", null);
  });
});
