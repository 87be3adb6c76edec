// Everything a machine can say about the tree without running the tests. Each step's output is shown only if it fails.
import { spawnSync } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const PATH = [`${root}node_modules/.bin`, process.env.PATH].join(delimiter);

const steps = [
  ["types", "tsc", "-b"],
  ["types of the tests", "tsc", "-p", "tsconfig.tests.json"],
  ["lint and format", "biome", "check", "--error-on-warnings", "."],
  ["import rules", "depcruise", "--config", ".dependency-cruiser.cjs", "packages", "apps"],
  ["unused code", "knip", "--no-config-hints"],
  ["generated files", "node", "scripts/generate.mjs", "--check"],
];

let failed = 0;
for (const [name, command, ...args] of steps) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH, FORCE_COLOR: "0" },
  });
  const good = result.status === 0;
  console.log(`${good ? "✓" : "✗"} ${name}`);
  if (!good) {
    failed += 1;
    console.log(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error ? String(result.error) : ""}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
