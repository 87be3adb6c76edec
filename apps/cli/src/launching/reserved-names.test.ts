import { loadQueueFile } from "@spawn/config-schema";
import { RESERVED_JOB_NAMES } from "@spawn/result-store";
import { expect, it } from "vitest";

it.each(RESERVED_JOB_NAMES)("no job may be called %s, as the store calls an object of its own so", (name) => {
  const file = JSON.stringify({ jobs: [{ job_id: name.toUpperCase(), command: "true" }] });
  const { diagnostics } = loadQueueFile(file, { fileName: "queue.json" });
  expect(diagnostics.map(({ code }) => code)).toContain("reserved-id");
});
