import { type AddressInfo, createServer, type Server } from "node:net";
import type { Ec2Instance } from "@spawn/aws-launcher";
import { systemClock } from "@spawn/foundation";
import { afterEach, describe, expect, it } from "vitest";
import { waitForSsh } from "./wait-for-ssh.js";

let server: Server | undefined;

afterEach(() => server?.close());

async function serve(greetings: readonly string[]): Promise<number> {
  let asked = 0;
  server = createServer((socket) => socket.end(greetings[Math.min(asked++, greetings.length - 1)] ?? ""));
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return (listening.address() as AddressInfo).port;
}

const instance = {
  instanceId: "i-0a",
  state: "running",
  publicAddress: "127.0.0.1",
} as unknown as Ec2Instance;
const wait = (port: number, found: Ec2Instance = instance, withinMs = 20_000) =>
  waitForSsh({ find: async () => found }, "i-0a", { clock: systemClock(), port, lookEveryMs: 5, withinMs });

describe("waitForSsh", () => {
  it("goes on until ssh greets, whatever else answers before", async () => {
    const port = await serve(["", "HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-OpenSSH_9.6\r\n"]);
    expect(await wait(port)).toBe(instance);
  });

  it("gives up after a while, and leaves the instance", async () => {
    const port = await serve(["nothing"]);
    await expect(wait(port, instance, 30)).rejects.toMatchObject({ code: "wait-timed-out" });
  });

  it("does not wait for an instance that ends", async () => {
    const gone = { ...instance, state: "shutting-down" } as Ec2Instance;
    await expect(wait(1, gone)).rejects.toMatchObject({ code: "already-over" });
  });
});
