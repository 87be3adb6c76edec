import { spawnSync } from "node:child_process";

/** Runs a program of the host to its end; returns what it printed. @throws Error with what it said. */
export function runCommand(program: string, args: readonly string[], input = ""): string {
  const { status, stdout, stderr, error } = spawnSync(program, [...args], { input, encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
}

/** As `runCommand`, where a failure does not matter: what is to go is gone already. */
export function tryCommand(program: string, args: readonly string[]): string {
  return spawnSync(program, [...args], { encoding: "utf8" }).stdout ?? "";
}
