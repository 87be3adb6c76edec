import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callerIdentity } from "../plan/survey.js";
import { AwsClients } from "./aws-clients.js";

/** Takes connections and never answers. */
const silent = createServer();

beforeAll(() => new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve)));

afterAll(() => {
  silent.close();
});

describe("the clients", () => {
  it("do not wait for ever for a server that has taken the call and says nothing", async () => {
    const clients = new AwsClients({
      region: "us-east-1",
      endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await expect(callerIdentity(clients)).rejects.toThrow("AWS does not know who is asking");
    await clients.close();
  });
});
