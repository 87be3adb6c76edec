import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useFolder } from "./testing/use-folder.js";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const CONDITION = "spawn-source";

/** Its programs, each with what it prints where the README says that. */
const SNIPPETS = [...README.matchAll(/```ts\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)].map(
  ([, code = "", output]) => ({ code, output }),
);

/** Inside the package, so that they find it by its name. */
let folder: string;
beforeAll(() => {
  const cache = join(ROOT, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, "readme-"));
  for (const [place, { code }] of SNIPPETS.entries()) writeFileSync(join(folder, `${place}.ts`), code);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the README's programs", () => {
  const cwd = useFolder();

  it("are there", () => {
    expect(SNIPPETS.length).toBeGreaterThan(4);
    expect(SNIPPETS.filter(({ output }) => output !== undefined).length).toBeGreaterThan(3);
  });

  it("have no wrong types", () => {
    const config = ts.readConfigFile(join(ROOT, "../../tsconfig.base.json"), ts.sys.readFile).config;
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
    const program = ts.createProgram({
      rootNames: SNIPPETS.map((_, place) => join(folder, `${place}.ts`)),
      options: {
        ...options,
        ...{ noEmit: true, composite: false, declaration: false, declarationMap: false },
        ...{ customConditions: [CONDITION], noUnusedLocals: false },
      },
    });
    const problems = ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
      const line = file === undefined ? "" : file.text.slice(0, start).split("\n").length;
      return `${file?.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
    expect(problems).toEqual([]);
  });

  const told = SNIPPETS.flatMap(({ output, ...snippet }, place) =>
    output === undefined ? [] : [{ ...snippet, output, place }],
  );
  it.each(told)("run, and print what it says ($place)", async ({ place, output }) => {
    const program = join(folder, `${place}.mjs`);
    await build({
      entryPoints: [join(folder, `${place}.ts`)],
      outfile: program,
      ...{ bundle: true, platform: "node", format: "esm", target: "node20", logLevel: "silent" },
      conditions: [CONDITION],
      external: ["better-sqlite3", "bullmq", "ioredis"],
    });
    const { stdout, stderr } = spawnSync(process.execPath, [program], { cwd: cwd.path, encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: output, stderr: "" });
  });
});
