import { Args, Flags, Parser } from "@oclif/core";
import { describe, expect, it } from "vitest";
import { describeFailure } from "./failure.js";
import { unexpectedArguments } from "./parse-refusal.js";

const input = {
  args: { ref: Args.string({ description: "which queue", required: true }) },
  flags: {
    plain: Flags.boolean(),
    env: Flags.string({ multiple: true, multipleNonGreedy: true }),
    state: Flags.option({ options: ["running", "stopped"] as const })(),
  },
};

async function refusalOf(argv: readonly string[]): Promise<unknown> {
  try {
    await Parser.parse([...argv], input);
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

describe("a command line that the parser refuses", () => {
  it.each([
    [[], "missing argument: ref (which queue)", "See all flags: --help"],
    [["q", "--plian"], "unknown flag: --plian", "Did you mean --plain?\nSee all flags: --help"],
    [["q", "--frob"], "unknown flag: --frob", "See all flags: --help"],
    [
      ["q", "--state", "runing"],
      "--state runing: not one of running, stopped",
      "Did you mean running?\nSee all flags: --help",
    ],
  ])("tells what is wrong with %j", async (argv, message, hint) => {
    const failure = describeFailure(await refusalOf(argv));
    expect(failure).toMatchObject({ code: "bad-arguments", message, hint, status: 2 });
  });

  it("says which arguments nobody expected", async () => {
    expect(unexpectedArguments(await refusalOf(["q", "r"]))).toEqual(["r"]);
    expect(unexpectedArguments(await refusalOf([]))).toBeUndefined();
  });
});
