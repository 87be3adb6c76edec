import { buildGraph } from "@spawn/dag-core";
import { describe, expect, it } from "vitest";
import { foldOf } from "../testing/journals.js";
import { trainingPipelineCreated } from "../testing/pipelines.js";
import { describeEstimatedDuration, estimatedDuration } from "./estimated-duration.js";

describe("estimatedDuration", () => {
  it("is the sum of timeouts along the critical path", () => {
    const estimate = estimatedDuration(foldOf([trainingPipelineCreated()]).graph);
    expect(estimate).toEqual({ ms: 22_500_000, atLeast: false });
    expect(describeEstimatedDuration(estimate)).toBe("6h 15m");
  });

  it("is a lower bound where a timeout is missing", () => {
    const graph = buildGraph({
      jobs: [
        { id: "a", dependsOn: [], timeoutMs: 1_800_000 },
        { id: "b", dependsOn: ["a"] },
      ],
    });
    expect(describeEstimatedDuration(estimatedDuration(graph))).toBe("at least 30m");
  });

  it("is unknown where nothing says anything", () => {
    const graph = buildGraph({ jobs: [{ id: "a", dependsOn: [] }] });
    expect(describeEstimatedDuration(estimatedDuration(graph))).toBe("unknown");
  });
});
