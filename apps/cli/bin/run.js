#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";

const argv = process.argv.slice(2);
const program = new URL("../dist/bundle/main.js", import.meta.url);

if (argv[0] === "--version") {
  // Answered before anything is loaded: scripts ask for it often.
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  process.stdout.write(`spawn ${version}\n`);
} else if (!existsSync(program)) {
  process.stderr.write(
    "Error: spawn is not built yet: run `pnpm run setup` in its repository, then try again.\n",
  );
  process.exitCode = 1;
} else {
  const { main } = await import(program.href);
  await main(argv, import.meta.url);
}
