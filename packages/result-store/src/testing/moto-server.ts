import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const UP_WITHIN_MS = 30_000;
const ACCOUNT = "123456789012";

/** The AWS API, emulated by moto, empty. */
export interface MotoServer {
  readonly endpoint: string;
  readonly account: string;
  /** Calls an operation of a service that speaks JSON, as `AmazonSSM.PutParameter`. */
  call(operation: string, input: object): Promise<Readonly<Record<string, unknown>>>;
  /** Empties it. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * For `skipIf`: whether moto, which emulates AWS, is not on this machine. Says so, once for each file of tests.
 */
export function motoIsMissing(): boolean {
  const { error } = spawnSync("moto_server", ["--help"], { stdio: "ignore" });
  if (error === undefined) return false;
  console.warn("skipped: tests against AWS need moto (pip install 'moto[server]==5.2.1')");
  return true;
}

/**
 * @param under a program with arguments that runs another one, such as `setpriv --pdeathsig KILL`
 * @throws Error with how to install moto, where it is missing.
 */
export async function startMoto(under: readonly string[] = []): Promise<MotoServer> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const [program = "", ...args] = [...under, "moto_server", "-H", "127.0.0.1", "-p", String(port)];
  const server = spawn(program, args, { stdio: "ignore" });
  await answers(server, endpoint);
  return {
    endpoint,
    account: ACCOUNT,
    call: (operation, input) => call(endpoint, operation, input),
    async reset() {
      await fetch(`${endpoint}/moto-api/reset`, { method: "POST" });
    },
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGKILL");
      await ended;
    },
  };
}

async function answers(server: ChildProcess, endpoint: string): Promise<void> {
  let failure: Error | undefined;
  server.once("error", (error) => {
    failure = new Error("moto is missing: pip install 'moto[server]==5.2.1'", { cause: error });
  });
  server.once("exit", (code) => {
    failure ??= new Error(`moto_server ended at once (exit code ${code})`);
  });
  const end = Date.now() + UP_WITHIN_MS;
  while (failure === undefined) {
    if (
      await fetch(`${endpoint}/moto-api/`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    if (Date.now() > end) failure = new Error("moto_server does not answer");
    await wait(50);
  }
  throw failure;
}

async function call(endpoint: string, operation: string, input: object): Promise<Record<string, unknown>> {
  const service = operation.startsWith("AmazonSSM") ? "ssm" : "secretsmanager";
  const credential = `Credential=test/20260101/us-east-1/${service}/aws4_request`;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "x-amz-target": operation,
      "content-type": "application/x-amz-json-1.1",
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
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
