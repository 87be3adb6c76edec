// Writes every generated file that is committed; with --check, fails when one is out of step with its source.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const generators = [
  "packages/config-schema/scripts/generate-schema.mjs",
  "packages/status-model/scripts/generate-schema.mjs",
  "apps/cli/scripts/generate-command-reference.mjs",
];

let failed = 0;
for (const generator of generators) {
  if (!existsSync(generator)) {
    console.error(`missing generator: ${generator}`);
    failed += 1;
    continue;
  }
  const result = spawnSync(process.execPath, [generator, ...process.argv.slice(2)], { stdio: "inherit" });
  if (result.status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
