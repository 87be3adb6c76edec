import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./local-server.mjs";

/**
 * A Redis server of one's own that keeps nothing on the disk; nothing where the machine has none.
 *
 * @param {{ scratch: string, report: (text: string) => void }} bench
 */
export async function redisServer({ scratch, report }) {
  if (spawnSync("redis-server", ["--version"]).status !== 0) {
    report("no redis-server on this machine: the job queue on Redis is left out");
    return undefined;
  }
  const folder = join(scratch, "redis");
  mkdirSync(folder);
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  const server = spawn("redis-server", args, { stdio: "ignore" });
  while (spawnSync("redis-cli", ["-p", String(port), "ping"], { encoding: "utf8" }).stdout !== "PONG\n") {
    if (server.exitCode !== null)
      throw new Error(`redis-server ended at once (exit code ${server.exitCode})`);
    await pause(20);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const exit = once(server, "exit");
      server.kill();
      await exit;
    },
  };
}
