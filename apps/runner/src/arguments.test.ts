import { describe, expect, it } from "vitest";
import { parseArguments } from "./arguments.js";

const RUN = ["run", "--root", "/r", "--instance-id", "i", "--working-directory", "/w", "--store", "/s"];

describe("parseArguments", () => {
  it("reads run", () => {
    expect(
      parseArguments([...RUN, "--carried", "A", "--carried", "B", "--resume", "--rerun", "train"]),
    ).toEqual({
      kind: "run",
      root: "/r",
      instanceId: "i",
      workingDirectory: "/w",
      store: "/s",
      uploadDeadlineMs: undefined,
      carried: ["A", "B"],
      resume: true,
      rerun: ["train"],
      fromStore: false,
      trustCompleted: false,
    });
    expect(parseArguments([...RUN, "--upload-deadline", "1h30m"])).toMatchObject({
      uploadDeadlineMs: 5_400_000,
    });
    expect(() => parseArguments([...RUN, "--upload-deadline", "soon"])).toThrow("soon");
    expect(parseArguments([...RUN, "--resume", "--from-store", "--trust-completed"])).toMatchObject({
      resume: true,
      fromStore: true,
      trustCompleted: true,
    });
  });

  it("reads complete", () => {
    expect(parseArguments(["complete", "--status", "failure", "--message", "no data"])).toEqual({
      kind: "complete",
      completion: { status: "failure", message: "no data" },
      file: undefined,
    });
    expect(parseArguments(["complete", "--completion-file", "/tmp/DONE"])).toMatchObject({
      file: "/tmp/DONE",
    });
  });

  it("reads agent", () => {
    const config = "/etc/spawn/agent.json";
    expect(parseArguments(["agent", "--config", config])).toEqual({ kind: "agent", config, root: "/" });
  });

  it.each([
    [["agent"], "--config is missing"],
    [["agent", "--config", "a", "--store", "s"], "agent does not take --store"],
    [[...RUN, "--config", "a"], "run does not take --config"],
    [[], "unknown command: (none)"],
    [["fly"], "unknown command: fly"],
    [RUN.slice(0, 3), "--instance-id is missing"],
    [[...RUN, "--rerun", "a"], "--rerun needs --resume"],
    [[...RUN, "--from-store"], "--from-store needs --resume"],
    [[...RUN, "--resume", "--trust-completed"], "--trust-completed needs --from-store"],
    [["complete", "--status", "maybe"], "--status maybe: say success or failure"],
    [[...RUN, "--status", "success"], "run does not take --status"],
    [["complete", "--resume"], "complete does not take --resume"],
    [[...RUN, "--colour"], /colour/],
  ])("refuses %j", (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(
      expect.objectContaining({
        code: "bad-arguments",
        message: typeof message === "string" ? message : expect.stringMatching(message),
      }),
    );
  });
});
