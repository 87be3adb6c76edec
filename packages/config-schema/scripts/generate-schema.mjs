// Writes queue-file.schema.json from the built package; with --check, fails when the committed file is out of step.
import { readFileSync, writeFileSync } from "node:fs";
import { queueFileJsonSchema } from "../dist/index.js";

const file = new URL("../queue-file.schema.json", import.meta.url);
const generated = `${JSON.stringify(queueFileJsonSchema(), undefined, 2)}\n`;

if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== generated) {
    console.error("packages/config-schema/queue-file.schema.json is out of step: run pnpm generate");
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, generated);
}
