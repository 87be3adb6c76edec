import { type ChildProcess, spawn } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const UP_WITHIN_MS = 30_000;

/** The AWS API, emulated by moto, empty. */
export interface Moto {
  readonly endpoint: string;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param under a program with arguments that runs another one, such as `setpriv --pdeathsig KILL`
 * @throws Error with how to install moto, where it is missing.
 */
export async function startMoto(under: readonly string[] = []): Promise<Moto> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const [program = "", ...args] = [...under, "moto_server", "-H", "127.0.0.1", "-p", String(port)];
  const server = spawn(program, args, { stdio: "ignore" });
  await answers(server, endpoint);
  return {
    endpoint,
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
    const up = await fetch(`${endpoint}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return;
    if (Date.now() > end) failure = new Error("moto_server does not answer");
    await wait(50);
  }
  throw failure;
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
