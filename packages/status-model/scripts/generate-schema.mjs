// Writes queue-status.schema.json from the status's one source. Needs a built package.
// `--check` writes nothing and exits 1 when the file is not what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import { statusJsonSchema } from "../dist/index.js";

const target = new URL("../queue-status.schema.json", import.meta.url);
const fresh = `${JSON.stringify(statusJsonSchema(), undefined, 2)}\n`;

if (process.argv.includes("--check")) {
  if (readCurrent() !== fresh) {
    console.error("queue-status.schema.json is out of date: run `node scripts/generate-schema.mjs`.");
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, fresh);
}

function readCurrent() {
  try {
    return readFileSync(target, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
