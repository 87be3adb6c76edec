// Writes docs/reference/commands.md from the built commands; with --check, fails when it is out of step with them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "../dist/index.js";
import { commandReference } from "../dist/reference/command-reference.js";

const path = fileURLToPath(new URL("../../../docs/reference/commands.md", import.meta.url));
const text = commandReference(COMMANDS);

if (process.argv.includes("--check")) {
  if (read(path) !== text) {
    console.error("docs/reference/commands.md is out of step with the commands: run pnpm generate");
    process.exit(1);
  }
} else {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
