import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { queueSpec } from "../testing/queue-spec-arbitrary.js";
import { exampleQueueFiles } from "../testing/snippets.js";
import { loadQueueFile } from "./load-queue-file.js";
import { serializeQueueSpec } from "./serialize-queue-spec.js";

describe("serializeQueueSpec", () => {
  it("is read back to an equal spec", () => {
    fc.assert(
      fc.property(queueSpec, (spec) => {
        const { spec: again, diagnostics } = loadQueueFile(serializeQueueSpec(spec), { fileName: "q" });
        expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
        expect(again).toEqual(spec);
      }),
      { seed: 11, numRuns: process.env.SPAWN_LONG ? 20_000 : 300 },
    );
  });

  it.each(exampleQueueFiles())("keeps the meaning of $name", ({ text }) => {
    const { spec } = loadQueueFile(text, { fileName: "q" });
    const written = spec && serializeQueueSpec(spec);
    expect(loadQueueFile(written ?? "", { fileName: "q" }).spec).toEqual(spec);
  });

  it("leaves out what is at its default", () => {
    const text = '{"jobs": [{"job_id": "a", "command": "true", "retry_count": 1, "always_run": false}]}';
    const { spec } = loadQueueFile(text, { fileName: "q" });
    expect(JSON.parse(spec ? serializeQueueSpec(spec) : "")).toEqual({
      jobs: [{ job_id: "a", command: "true" }],
    });
  });
});
