import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisServerUnderTest, redisIsMissing, startRedis } from "../testing/redis-server.js";
import { redisServer } from "./connect.js";
import { RedisJobStore } from "./redis-job-store.js";

const open = (url: string, prefix?: string): Promise<RedisJobStore> =>
  RedisJobStore.open({ url, ...(prefix === undefined ? {} : { prefix }) });

describe("the URL", () => {
  it.each([
    "",
    "localhost",
    "http://localhost",
    "redis://",
    "redis://host/x",
    "redis://host?tls=1",
    "redis:host",
  ])("%j is refused", (url) => {
    expect(() => redisServer(url)).toThrow(expect.objectContaining({ code: "bad-arguments" }));
  });

  it("is shown without its password", () => {
    expect(redisServer("redis://ada:secret@host:7000/3").name).toBe("Redis at host:7000/3");
    expect(() => redisServer("redes://ada:secret@host")).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("secret") }),
    );
  });

  it("has to lead to a server", async () => {
    await expect(open("redis://127.0.0.1:1")).rejects.toMatchObject({
      code: "store-failed",
      message: "Redis at 127.0.0.1:1 cannot be reached (ECONNREFUSED)",
      hint: expect.any(String),
    });
    await expect(open("redis://no-such-host.invalid")).rejects.toMatchObject({ code: "store-failed" });
  });

  it("has to lead to Redis", async () => {
    const server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await expect(open(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({ code: "not-supported" });
    server.close();
  });

  it("goes with a prefix of plain characters", async () => {
    await expect(open("redis://127.0.0.1:1", "a:b")).rejects.toMatchObject({ code: "bad-arguments" });
  });
});

describe.skipIf(redisIsMissing())("a server", () => {
  let server: RedisServerUnderTest;
  const admin = async (work: (client: import("ioredis").Redis) => Promise<unknown>): Promise<void> => {
    const { Redis } = await import("ioredis");
    const client = new Redis(server.port, "127.0.0.1", { password: "secret" });
    await work(client);
    client.disconnect();
  };
  beforeAll(async () => {
    server = await startRedis(["--requirepass", "secret"]);
  });
  afterAll(() => server.stop());

  it("lets in who has the password", async () => {
    const store = await open(`redis://:secret@127.0.0.1:${server.port}`);
    expect(await store.listJobs({ limit: 1 })).toEqual([]);
    await store.close();
    for (const url of [server.url, `redis://:wrong@127.0.0.1:${server.port}`]) {
      await expect(open(url)).rejects.toMatchObject({
        code: "permission-denied",
        message: expect.not.stringContaining("wrong@"),
      });
    }
  });

  it("says which database it has not", async () => {
    await expect(open(`redis://:secret@127.0.0.1:${server.port}/99`)).rejects.toMatchObject({
      code: "not-supported",
    });
  });

  it("is warned about when it may lose jobs", async () => {
    const url = `redis://:secret@127.0.0.1:${server.port}`;
    const warnings: string[] = [];
    const look = async (): Promise<void> => {
      warnings.length = 0;
      await (await RedisJobStore.open({ url, onWarning: (warning) => warnings.push(warning) })).close();
    };
    await look();
    expect(warnings).toEqual([expect.stringContaining("append-only file")]);
    await admin((client) => client.config("SET", "maxmemory-policy", "allkeys-lru", "appendonly", "yes"));
    await look();
    expect(warnings).toEqual([expect.stringContaining("noeviction")]);
    await admin((client) => client.config("SET", "maxmemory-policy", "noeviction"));
    await look();
    expect(warnings).toEqual([]);
  });

  it("of a newer format is left alone", async () => {
    await admin((client) => client.set("{newer}:format", "2"));
    await expect(open(`redis://:secret@127.0.0.1:${server.port}`, "newer")).rejects.toMatchObject({
      code: "database-too-new",
    });
  });

  it("that is full says so", async () => {
    const store = await open(`redis://:secret@127.0.0.1:${server.port}`, "full");
    await admin((client) => client.config("SET", "maxmemory", "1"));
    const job = { job_type: "t", config: "1", priority: 5, max_retries: 0, needs: "type:t" };
    await expect(store.insertJob(job)).rejects.toMatchObject({ code: "no-space" });
    await admin((client) => client.config("SET", "maxmemory", "0"));
    expect(await store.insertJob(job)).toBe(1);
    await store.close();
  });
});
