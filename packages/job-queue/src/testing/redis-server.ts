import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const UP_WITHIN_MS = 30_000;

export interface RedisServerUnderTest {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Kills it, as a power cut would; `start` brings it back with what it had on its disk. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it, and removes what it kept. */
  stop(): Promise<void>;
}

/** For `skipIf`: whether Redis is not on this machine. Says so, once for each file of tests. */
export function redisIsMissing(): boolean {
  const { error } = spawnSync("redis-server", ["--version"], { stdio: "ignore" });
  if (error === undefined) return false;
  console.warn("skipped: tests of the job queue on Redis need redis-server (apt-get install redis-server)");
  return true;
}

/** A Redis server of one's own. @param options as on its command line; without them it keeps nothing on the disk. */
export async function startRedis(options: readonly string[] = []): Promise<RedisServerUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "spawn-redis-"));
  const port = await freePort();
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...options];
    server = spawn("redis-server", args, { stdio: "ignore" });
    await answers(server, port);
  };
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exit = once(server, "exit");
    server.kill("SIGKILL");
    await exit;
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return server.pid as number;
    },
    kill,
    start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

async function answers(server: ChildProcess, port: number): Promise<void> {
  const end = Date.now() + UP_WITHIN_MS;
  while (!(await pings(port))) {
    if (server.exitCode !== null)
      throw new Error(`redis-server ended at once (exit code ${server.exitCode})`);
    if (Date.now() > end) throw new Error("redis-server does not answer");
    await pause(20);
  }
}

/** Also a server that wants a password answers, with an error; one that loads its file says so. */
function pings(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("data", (data) => {
      socket.destroy();
      resolve(!data.toString().startsWith("-LOADING"));
    });
    socket.once("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
