import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildAgentConfig } from "../testing/build-agent-config.js";
import { parseAgentConfig, readAgentConfig } from "./agent-config.js";

describe("the agent's configuration", () => {
  it("is read as the launcher writes it", () => {
    const folder = mkdtempSync(join(tmpdir(), "spawn-agent-"));
    const path = join(folder, "agent.json");
    const config = buildAgentConfig({ resume: { rerun: ["a"], trust_completed: true } });
    writeFileSync(path, JSON.stringify(config));
    expect(readAgentConfig(path)).toEqual(config);
    rmSync(folder, { recursive: true });
  });

  it("says what is wrong, all of it, and where", () => {
    const text = JSON.stringify({
      ...buildAgentConfig(),
      deadline: "in an hour",
      store: "tmp/store",
      run_as: "nobody",
      color: "red",
    });
    for (const part of ["/etc/x.json", "deadline: ", "store: ", "run_as: jobs run as root", "color"]) {
      expect(() => parseAgentConfig(text, "/etc/x.json")).toThrow(part);
    }
    expect(() => parseAgentConfig(text, "x")).toThrow(expect.objectContaining({ code: "bad-arguments" }));
  });

  it.each([
    ["", "cannot be used"],
    ["null", "(file): "],
    [JSON.stringify({ ...buildAgentConfig(), schema_version: 2 }), "schema_version: "],
    [JSON.stringify({ ...buildAgentConfig(), queue_id: "../up" }), "queue_id: "],
    [JSON.stringify({ ...buildAgentConfig(), workdir: { sha256: "1" } }), "workdir.sha256: "],
  ])("refuses %s", (text, problem) => {
    expect(() => parseAgentConfig(text, "agent.json")).toThrow(problem);
  });

  it("names a file that is not there", () => {
    expect(() => readAgentConfig("/nowhere/agent.json")).toThrow("there is no /nowhere/agent.json");
  });
});
