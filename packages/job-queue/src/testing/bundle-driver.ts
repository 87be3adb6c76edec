import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";

/** Inside the package, so that the bundle finds the native module. */
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));

/** Makes one plain file of a driver (a program beside this file), so that tests can run and kill real processes of it. */
export function useDriver(name: string): { readonly path: string } {
  let folder = "";
  beforeAll(async () => {
    mkdirSync(CACHE, { recursive: true });
    folder = mkdtempSync(join(CACHE, "driver-"));
    await build({
      entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
      outfile: join(folder, "driver.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      conditions: ["spawn-source"],
      external: ["better-sqlite3"],
      logLevel: "silent",
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get path() {
      return join(folder, "driver.mjs");
    },
  };
}
