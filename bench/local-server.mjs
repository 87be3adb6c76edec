import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const UP_WITHIN_MS = 60_000;

/** A port of 127.0.0.1 that nothing listens on. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts a program that serves; what it says goes to a log.
 *
 * @param {string} folder for the log
 * @param {string} name of its log
 * @param {readonly string[]} command
 */
export function startServer(folder, name, [program, ...args]) {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "a");
  return { name, log, child: spawn(program, args, { stdio: ["ignore", output, output] }) };
}

/**
 * Waits until an address answers.
 *
 * @param {string} url
 * @param {readonly ReturnType<typeof startServer>[]} servers that have to live for that
 */
export async function answers(url, servers) {
  const end = Date.now() + UP_WITHIN_MS;
  const isUp = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isUp())) {
    const dead = servers.find(({ child }) => child.exitCode !== null || child.pid === undefined);
    if (dead !== undefined) throw new Error(`${dead.name} ended at once:\n${readFileSync(dead.log, "utf8")}`);
    if (Date.now() > end) throw new Error(`${url} does not answer`);
    await pause(50);
  }
}

/** @param {ReturnType<typeof startServer>} server */
export async function stopServer({ child }) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}
