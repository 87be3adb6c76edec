import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { queueStatusSchema, statusJsonSchema } from "./queue-status.js";

describe("statusJsonSchema", () => {
  it("is what the package publishes", () => {
    const published = readFileSync(new URL("../../queue-status.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(statusJsonSchema())));
  });

  it("is draft 2020-12, and lets later versions add fields", () => {
    const text = JSON.stringify(statusJsonSchema());
    expect(text).toContain("https://json-schema.org/draft/2020-12/schema");
    expect(text).not.toContain('"additionalProperties":false');
  });
});

describe("queueStatusSchema", () => {
  it("refuses what is no status", () => {
    expect(queueStatusSchema.safeParse({ queue_id: "x" }).success).toBe(false);
  });
});
