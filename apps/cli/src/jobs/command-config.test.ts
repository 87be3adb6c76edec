import { describe, expect, it } from "vitest";
import { keptCommandConfig, parseCommandConfig } from "./command-config.js";

describe("parseCommandConfig", () => {
  it("reads all that a command may have", () => {
    const config = {
      command: "./train.sh",
      environment: { LR: "0.1" },
      working_directory: "runs",
      timeout: "1h30m",
      shell: "zsh",
    };
    expect(parseCommandConfig(config, "/work")).toEqual({
      command: "./train.sh",
      environment: { LR: "0.1" },
      workingDirectory: "/work/runs",
      timeoutMs: 5_400_000,
      shell: "zsh",
    });
  });

  it("works where it was submitted, and takes env for environment", () => {
    expect(parseCommandConfig({ command: "true", env: { A: "1" } }, "/work")).toEqual({
      command: "true",
      environment: { A: "1" },
      workingDirectory: "/work",
    });
  });

  it("is kept with its folder", () => {
    expect(keptCommandConfig({ command: "true" }, "/work")).toEqual({
      command: "true",
      working_directory: "/work",
    });
  });

  it.each([
    [{ command: "x", enviroment: {} }, 'unknown key "enviroment". Did you mean environment?'],
    [{ command: "x", zzz: 1 }, /unknown key "zzz"$/],
    [{ command: " " }, 'command is " "; it has to be a text that is not empty'],
    [{ command: ["ls"] }, 'command is ["ls"]'],
    [{ command: "x", timeout: 90 }, 'timeout is 90; it has to be a duration ("90s", "5m", "1h30m")'],
    [{ command: "x", timeout: "0s" }, "timeout"],
    [{ command: "x", environment: { A: 1 } }, "environment"],
    [{ command: "x", environment: { "A-B": "1" } }, '"A-B" is not a variable name'],
    [{ command: "x", environment: {}, env: {} }, "environment and env are the same"],
  ])("refuses %j", (config, message) => {
    expect(() => parseCommandConfig(config, "/work")).toThrow(
      expect.objectContaining({
        code: "bad-arguments",
        message:
          message instanceof RegExp ? expect.stringMatching(message) : expect.stringContaining(message),
      }),
    );
  });

  it("says all that is wrong at once", () => {
    expect(() => parseCommandConfig({ command: "", timeout: 1, x: 1 }, "/")).toThrow(
      /unknown key[\s\S]*command is[\s\S]*timeout is/,
    );
  });
});
