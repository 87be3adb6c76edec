import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import { type CliRig, REPOSITORY } from "./cli-rig.js";
import { EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { type PlayedInstance, playInstance } from "./played-instance.js";
import { test } from "./rig-test.js";
import { Page, runSnippet } from "./snippets.js";

const DOCS = join(REPOSITORY, "docs");
const isMissing = motoIsMissing();

const files = ["aws.md", ...readdirSync(join(DOCS, "aws")).map((name) => `aws/${name}`)].filter((name) =>
  name.endsWith(".md"),
);

describe("the documents on AWS", () => {
  it.each(files)("%s points only at files that are there", (name) => {
    for (const path of new Page(`docs/${name}`).links)
      expect(existsSync(join(DOCS, dirname(name), path)), path).toBe(true);
  });

  const commands = files.flatMap((name) =>
    new Page(`docs/${name}`).blocks
      .filter(({ info }) => info.startsWith("bash"))
      .flatMap((block) => block.text.split("\n"))
      .filter((line) => line.startsWith("spawn "))
      .map((line) => line.replace(/\s+#.*$/, "")),
  );
  test.for([...new Set(commands)])("knows the flags of: %s", async (line, { rig }) => {
    const [, ...words] = line.split(/\s+/);
    const command = words.slice(
      0,
      words.findIndex((word) => /^-|[^a-z]/.test(word)),
    );
    const flags = words.filter((word) => word.startsWith("-"));
    const help = await rig.run([...(command.length === 0 ? words.slice(0, 1) : command), "--help"]);
    for (const flag of flags) expect(help.stdout).toMatch(new RegExp(`(^|[\\s,])${flag}[\\s=,]`, "m"));
    expect(help.code, line).toBe(0);
  });
});

/** What differs from run to run has a name instead. */
function inNames(output: string): string {
  return output
    .replace(/i-[0-9a-f]{17}/g, "INSTANCE")
    .replace(/ami-[0-9a-f]{8,17}/g, "IMAGE")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "TIME")
    .replace(/\b\d{4}-\d\d-\d\d\b/g, "DAY")
    .replace(/AWS price list, DAY|AWS's answer of DAY, kept here|spawn's own table: .*? DAY/g, "SOURCE")
    .replace(/\bspawn-hello-aws-[0-9a-f]{8}\b/g, "ROLE")
    .replace(/\b(?:(?:\d+[hms])+(?: \d+[ms])?|under a second|\d+ seconds?)(?=[\s,)]|$)/gm, "SPAN")
    .replace(/\$\d+\.\d+/g, "$AMOUNT")
    .replace(/\b\d+(?:\.\d+)? (?:B|KB|MB)\b/g, "SIZE")
    .replace(/^⚠ the quota .* could not be checked$/gm, "")
    .replace(/[ \t]+/g, " ")
    .replace(/ $/gm, "")
    .trim();
}

describe.skipIf(isMissing)("docs/aws.md, followed word by word", { timeout: 240_000 }, () => {
  let aws: EmulatedAws;
  let played: PlayedInstance | undefined;

  beforeAll(async () => {
    aws = await EmulatedAws.start();
  });
  afterAll(async () => {
    await played?.agent.remove();
    await aws?.stop();
  });

  /** What is printed, errors too, in the order in which it comes. */
  async function followed(rig: CliRig, commands: string): Promise<string> {
    const snippet = `mkdir -p ~/hello-aws && cd ~/hello-aws && exec 2>&1\n${commands}`;
    const result = await runSnippet(rig, snippet, { ...aws.env, SPAWN_RUNNER: runnerStandIn(rig.home) });
    expect(result.code, `${commands}\n${result.stdout}`).toBe(0);
    return result.stdout;
  }

  test("prints what it says", async ({ rig }) => {
    const blocks = new Page("docs/aws.md").blocks.filter(({ info }) => /runnable|output/.test(info));
    let printed = "";
    for (const block of blocks) {
      if (block.info === "bash runnable") {
        printed = await followed(rig, block.text);
        const made = /Instance ID: (i-\w+)/.exec(printed)?.[1];
        if (made !== undefined) played = await playInstance(aws.moto, aws.truth, made);
      } else if (block.info.endsWith("end")) {
        // What comes before depends on when one looks.
        expect(inNames(printed).slice(-inNames(block.text).length)).toBe(inNames(block.text));
        await played?.over;
      } else {
        expect(inNames(printed)).toBe(inNames(block.text));
      }
    }
    expect(blocks.length).toBeGreaterThan(8);
  });
});
