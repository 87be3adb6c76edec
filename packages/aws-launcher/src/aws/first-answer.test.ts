import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { AwsClients } from "./aws-clients.js";
import { explainAwsError } from "./aws-errors.js";

let server: Server | undefined;
const sockets = new Set<Socket>();

/** Answers nothing, and says how often it was asked. */
async function silentEndpoint(): Promise<{ readonly endpoint: string; readonly asked: () => number }> {
  let asked = 0;
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("data", () => (asked += 1));
  });
  server = silent;
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  return { endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`, asked: () => asked };
}

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

describe("until AWS has answered once", () => {
  it("nobody waits long, and what was sent is not sent again", async () => {
    const { endpoint, asked } = await silentEndpoint();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const more = { endpoint, credentials, firstAnswerWithinMs: 300 };
    const clients = new AwsClients({ region: "us-east-1", ...more });
    const ec2 = await clients.ec2();
    const failure = await ec2.describeInstances({}).catch((error: unknown) => error);
    expect(explainAwsError("nothing", failure).message).toBe(
      "nothing: AWS cannot be reached (nobody answers)",
    );
    expect(asked()).toBe(1);
    await clients.close();
  });
});
