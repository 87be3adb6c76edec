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

/** Runs pnpm with `args` at the repository's root, its output on stderr; ends this process when it fails. */
export function pnpm(...args) {
  const [command, prefix] = pnpmOnPath() ? ["pnpm", []] : ["npx", ["-y", `pnpm@${wanted}`]];
  const env = { ...process.env, npm_config_update_notifier: "false" };
  const result = spawnSync(command, [...prefix, ...args], { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    console.error(`\n'pnpm ${args.join(" ")}' failed; what it said is above.`);
    process.exit(result.status ?? 1);
  }
}
