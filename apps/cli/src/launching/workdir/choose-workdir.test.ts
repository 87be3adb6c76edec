import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { chooseWorkdir, workdirWarnings } from "./choose-workdir.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-choose-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

it("asks for a yes above 1 GB, and says what is large", async () => {
  writeFileSync(join(folder, "model.bin"), "");
  // A hole: it takes no space here.
  truncateSync(join(folder, "model.bin"), 1.5e9);
  await expect(chooseWorkdir(folder, false)).rejects.toMatchObject({
    code: "bad-arguments",
    hint: expect.stringContaining("model.bin (1.5 GB)"),
  });
  expect(await chooseWorkdir(folder, true)).toMatchObject({ size: 1.5e9 });
});

it("warns of files that look like secrets", async () => {
  for (const name of [".env", ".env.example", ".env.production", "train.py"])
    writeFileSync(join(folder, name), "x");
  const warnings = workdirWarnings(await chooseWorkdir(folder, false));
  expect(warnings.map((text) => /holds (\S+),/.exec(text)?.[1])).toEqual([".env", ".env.production"]);
});

it("refuses what is no folder", async () => {
  await expect(chooseWorkdir(join(folder, "none"), false)).rejects.toMatchObject({ code: "bad-arguments" });
});
