import { loadQueueFile } from "@spawn/config-schema";
import { describe, expect, it } from "vitest";
import { unsetVariableWarnings } from "./unset-variable-warnings.js";

const text = `jobs:
  - job_id: train
    command: python train.py
    environment:
      KEY: "\${WANDB_KEY}"
      MODE: "\${MODE:-fast}"
`;

function warnings(variables: Readonly<Record<string, string>>) {
  const { spec } = loadQueueFile(text, { fileName: "queue.yaml" });
  if (spec === undefined) throw new Error("not a queue file");
  return unsetVariableWarnings({ text, fileName: "queue.yaml" }, spec, variables);
}

describe("unsetVariableWarnings", () => {
  it("names the variable, its job, its place and what to do", () => {
    expect(warnings({})).toEqual([
      expect.objectContaining({
        severity: "warning",
        code: "undefined-variable",
        message: "${WANDB_KEY} is set nowhere (job train)",
        suggestion: expect.stringContaining("--env WANDB_KEY=…"),
        line: 5,
        column: 13,
        length: 12,
      }),
    ]);
  });

  it("is silent about what is set", () => {
    expect(warnings({ WANDB_KEY: "" })).toEqual([]);
  });
});
