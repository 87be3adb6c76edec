import { Errors } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import { describeFailure } from "./failure.js";
import { failureJson, failureText } from "./render/failure-text.js";
import { paletteOf } from "./render/palette.js";

const plain = paletteOf(false);

describe("describeFailure", () => {
  it("keeps code, message and hint of what a user can cause", () => {
    const failure = describeFailure(new SpawnError("queue-not-found", "no queue x", { hint: "spawn list" }));
    expect(failure).toMatchObject({
      code: "queue-not-found",
      message: "no queue x",
      hint: "spawn list",
      status: 3,
    });
  });

  it("takes what the framework refuses for bad arguments", () => {
    const refused = new Errors.CLIError("Nonexistent flag: --frob\nSee more help with --help", { exit: 2 });
    expect(describeFailure(refused)).toMatchObject({
      code: "bad-arguments",
      message: "Nonexistent flag: --frob",
      hint: "See all flags: --help",
      status: 2,
    });
  });

  it("tells what flags want of each other in one line", () => {
    const text = "The following error occurred:\n  --wait-timeout needs --wait\nSee more help with --help";
    expect(describeFailure(new Errors.CLIError(text, { exit: 2 }))).toMatchObject({
      message: "--wait-timeout needs --wait",
      hint: "See all flags: --help",
    });
  });

  it("ends with 2 for an unknown command too", () => {
    const unknown = new Errors.CLIError("Run spawn help for a list of available commands.", { exit: 127 });
    expect(describeFailure(unknown)).toMatchObject({ code: "unknown-command", status: 2 });
  });

  it("does not take an orderly exit for a failure", () => {
    expect(describeFailure(new Errors.ExitError(0))).toBeUndefined();
  });

  it("owns up to a bug", () => {
    expect(describeFailure(new TypeError("x is undefined"))).toMatchObject({
      code: "bug",
      message: "internal error: x is undefined",
      status: 1,
    });
  });
});

describe("failureText", () => {
  const failure = { message: "it broke", hint: "Mend it.", stack: "SpawnError: it broke\n    at somewhere" };

  it("shows a stack only when asked", () => {
    expect(failureText(failure, plain)).toBe("Error: it broke\nMend it.\n");
    expect(failureText(failure, plain, { verbose: true })).toContain("at somewhere");
  });

  it("has the same for programs", () => {
    expect(failureJson({ code: "no-space", message: "full", status: 1 })).toEqual({
      error: { code: "no-space", message: "full", hint: null },
    });
  });
});
