import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadQueueFile } from "../spec/load-queue-file.js";
import { serializeQueueSpec } from "../spec/serialize-queue-spec.js";
import { fileWithJob } from "../testing/one-job-file.js";
import { queueSpec } from "../testing/queue-spec-arbitrary.js";
import { exampleQueueFiles } from "../testing/snippets.js";
import { queueFileJsonSchema } from "./queue-file-json-schema.js";

const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  queueFileJsonSchema(),
);

/** Keys of all maps that a schema describes, with what it says of them. */
function* fieldsOf(schema: unknown): Iterable<[string, unknown]> {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties") yield* Object.entries(Object(value));
    yield* fieldsOf(value);
  }
}

describe("queueFileJsonSchema", () => {
  it("is the committed file", () => {
    const committed = readFileSync(new URL("../../queue-file.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(committed)).toEqual(queueFileJsonSchema());
  });

  it("describes every field", () => {
    const fields = [...fieldsOf(queueFileJsonSchema())];
    expect(fields.length).toBeGreaterThan(40);
    for (const [name, field] of fields) expect(field, name).toHaveProperty("description");
  });

  it.each(exampleQueueFiles())("takes $name", ({ text }) => {
    expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  it("takes every file that a spec is written to", () => {
    fc.assert(
      fc.property(queueSpec, (spec) => {
        expect(validate(JSON.parse(serializeQueueSpec(spec))), JSON.stringify(validate.errors)).toBe(true);
      }),
      { seed: 13, numRuns: 200 },
    );
  });

  it.each([
    "{}",
    '{"jobs": []}',
    "[]",
    fileWithJob({ job_id: "a/b" }),
    fileWithJob({ command: " " }),
    fileWithJob({ timout: "5m" }),
    fileWithJob({ timeout: 5 }),
    fileWithJob({ timeout: "5 minutes" }),
    fileWithJob({ timeout: "30m1h" }),
    fileWithJob({ retry_count: -1 }),
    fileWithJob({ retry_count: 1, retry: {} }),
    fileWithJob({ env: {}, environment: {} }),
    fileWithJob({ environment: { "A-B": "" } }),
    fileWithJob({ environment: { SPAWN_X: "" } }),
    fileWithJob({ retry: { retry_on_codes: [256] } }),
    fileWithJob({ resources: { memory: "8G" } }),
    fileWithJob({ secrets: { A: "x" } }),
    fileWithJob({ shell: "zsh" }),
    fileWithJob({}, { on_failure: "retry" }),
    fileWithJob({}, { max_parallel: 0 }),
  ])("refuses %s, as the loader does", (text) => {
    expect(validate(JSON.parse(text))).toBe(false);
    expect(loadQueueFile(text, { fileName: "q" }).spec).toBeUndefined();
  });
});
