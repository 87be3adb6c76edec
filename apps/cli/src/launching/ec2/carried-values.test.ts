import { loadQueueFile } from "@spawn/config-schema";
import { expect, it } from "vitest";
import { launchEnvironment } from "../environment.js";
import { carriedValues } from "./carried-values.js";

it("carries what the queue references and this shell has, and what --env gives", () => {
  const environment = {
    A: "${TOKEN}",
    B: "${OPTIONAL:-x}",
    C: "${EMPTY:-x}",
    D: "${HOME}/y ${JOB_ID}",
    E: "${BLANK}",
  };
  const file = { jobs: [{ job_id: "a", command: "true", environment }] };
  const { spec } = loadQueueFile(JSON.stringify(file), { fileName: "q.json" });
  if (spec === undefined) throw new Error("the test's queue file is wrong");
  const shell = { TOKEN: "t", EMPTY: "", BLANK: "", HOME: "/home/me", UNUSED: "u", KEY: "k" };
  const values = carriedValues(spec, launchEnvironment(shell, ["KEY", "NEW=n"]));
  expect(values).toEqual({ TOKEN: "t", BLANK: "", KEY: "k", NEW: "n" });
});
