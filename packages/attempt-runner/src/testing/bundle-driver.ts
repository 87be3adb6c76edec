import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";

/**
 * Makes one plain file of a driver (a program beside this file) and the sources it uses, so that tests can run, stop
 * and kill real processes of it with `node`.
 */
export function useDriver(name: string): { readonly path: string } {
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "spawn-driver-"));
    await build({
      entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
      outfile: join(folder, "driver.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      conditions: ["spawn-source"],
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
