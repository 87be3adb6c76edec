import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { answers, freePort, startServer, stopServer } from "./local-server.mjs";

/**
 * moto, for what is AWS's besides S3: whose credentials these are.
 *
 * @param {string} scratch
 */
export async function motoServer(scratch) {
  const folder = join(scratch, "moto");
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const server = startServer(folder, "moto", ["moto_server", "-H", "127.0.0.1", "-p", String(port)]);
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(`${endpoint}/moto-api/`, [server]);
  return { endpoint, stop: () => stopServer(server) };
}
