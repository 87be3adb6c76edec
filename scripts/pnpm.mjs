// Runs pnpm of this repository's major version: the one on PATH if it fits, else through npx. Needs only Node and npm.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const wanted = packageManager.split("@")[1];
const major = wanted.split(".")[0];

function pnpmOnPath() {
  const found = spawnSync("pnpm", ["--version"], { cwd: "/", encoding: "utf8" });
  return found.status === 0 && found.stdout.trim().split(".")[0] === major;
}

const MOST_OUTPUT_BYTES = 64 * 2 ** 20;

/** Runs pnpm with `args` at the repository's root, its output on stderr; ends this process when it fails. */
export function pnpm(...args) {
  run(args, ["ignore", 2, 2]);
}

/** As `pnpm`, its output shown only when it fails. */
export function pnpmQuietly(...args) {
  run(args, ["ignore", "pipe", "pipe"]);
}

function run(args, stdio) {
  const [command, prefix] = pnpmOnPath() ? ["pnpm", []] : ["npx", ["-y", `pnpm@${wanted}`]];
  const env = { ...process.env, npm_config_update_notifier: "false" };
  const options = { cwd: root, env, stdio, maxBuffer: MOST_OUTPUT_BYTES };
  const result = spawnSync(command, [...prefix, ...args], options);
  if (result.error) throw result.error;
  if (result.status !== 0) {
    for (const output of [result.stdout, result.stderr]) process.stderr.write(output ?? "");
    console.error(`\n'pnpm ${args.join(" ")}' failed; what it said is above.`);
    process.exit(result.status ?? 1);
  }
}
