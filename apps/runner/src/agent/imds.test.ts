import { afterEach, beforeEach, expect, it } from "vitest";
import { type ImdsServer, startImdsServer } from "../testing/imds-server.js";
import { type Imds, imdsClient } from "./imds.js";

let server: ImdsServer;
let imds: Imds;

beforeEach(async () => {
  server = await startImdsServer({ "meta-data/instance-id": "i-0123" });
  imds = imdsClient({ endpoint: server.endpoint, retryWaitsMs: [1, 1] });
});

afterEach(() => server.close());

it("takes a token once, and asks with it", async () => {
  expect(await imds.get("meta-data/instance-id")).toBe("i-0123");
  expect(await imds.get("meta-data/instance-id")).toBe("i-0123");
  expect(server.requests.filter((request) => request.startsWith("PUT"))).toHaveLength(1);
});

it("knows what the instance does not have from a service that fails", async () => {
  expect(await imds.get("meta-data/spot/instance-action")).toBeUndefined();
});

it("takes a new token when the old one has run out", async () => {
  await imds.get("meta-data/instance-id");
  server.expireTokens();
  expect(await imds.get("meta-data/instance-id")).toBe("i-0123");
});

it("tries again while the service fails, and gives up in words", async () => {
  server.failNext(2, 503);
  expect(await imds.get("meta-data/instance-id")).toBe("i-0123");
  server.failNext(3, 503);
  await expect(imds.get("meta-data/instance-id")).rejects.toThrow("it answers 503");
  await server.close();
  await expect(imds.get("meta-data/instance-id")).rejects.toMatchObject({ code: "not-supported" });
});
