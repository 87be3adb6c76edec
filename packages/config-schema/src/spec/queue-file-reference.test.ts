import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DIAGNOSTIC_SEVERITIES } from "../diagnostics/diagnostic.js";
import { RESERVED_JOB_IDS } from "../rules/reserved-ids.js";
import { jobSchema } from "../schema/job-schema.js";
import { queueFileSchema } from "../schema/queue-file-schema.js";
import { retrySchema } from "../schema/retry-schema.js";
import { snippetsOf } from "../testing/snippets.js";
import { loadQueueFile } from "./load-queue-file.js";

const page = new URL("../../../../docs/reference/queue-file.md", import.meta.url);
const snippets = snippetsOf(page).filter(({ language }) => language !== "text");

describe("docs/reference/queue-file.md", () => {
  it("has snippets to check", () => {
    expect(snippets.length).toBeGreaterThan(4);
  });

  it.each(snippets)(
    "shows under $heading ($language $label) what is read without a complaint",
    ({ label, text }) => {
      const file = label === "job" ? `{"jobs": [${text}]}` : text;
      expect(loadQueueFile(file, { fileName: "queue.json" }).diagnostics).toEqual([]);
    },
  );

  it("shows the same queue as JSON and as YAML", () => {
    const [json, yaml] = snippets.map(({ text }) => loadQueueFile(text, { fileName: "queue.json" }).spec);
    expect(yaml).toEqual(json);
  });

  it("names every key, reserved id and code", () => {
    const text = readFileSync(page, "utf8");
    const words = [queueFileSchema, jobSchema, retrySchema].flatMap(({ shape }) => Object.keys(shape));
    words.push(...RESERVED_JOB_IDS, ...Object.keys(DIAGNOSTIC_SEVERITIES));
    expect(words.filter((word) => !text.includes(`\`${word}\``))).toEqual([]);
  });
});
