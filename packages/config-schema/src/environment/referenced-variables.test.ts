import { expect, it } from "vitest";
import { loadQueueFile } from "../spec/load-queue-file.js";
import { fileWithJob } from "../testing/one-job-file.js";
import { referencedVariables } from "./referenced-variables.js";

it("lists each reference with who makes it", () => {
  const text = fileWithJob(
    { environment: { KEY: "${KEY}", PLAIN: "$X $${Y}", BOTH: "${A}/${B:-c}" } },
    { environment: { ROOT: "${HOME}/x" } },
  );
  const { spec } = loadQueueFile(text, { fileName: "q" });
  expect(spec && referencedVariables(spec)).toEqual([
    { name: "HOME", hasDefault: false, variable: "ROOT" },
    { name: "KEY", hasDefault: false, variable: "KEY", job: "a" },
    { name: "A", hasDefault: false, variable: "BOTH", job: "a" },
    { name: "B", hasDefault: true, variable: "BOTH", job: "a" },
  ]);
});
