import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { agentConfigText } from "./agent-config.js";
import { userData } from "./user-data.js";

const agentConfig = agentConfigText({
  queueId: "q".repeat(128),
  generation: 12,
  region: "ap-southeast-1",
  account: "123456789012",
  store: `s3://spawn-results-123456789012-ap-southeast-1/${"p".repeat(64)}/`,
  deadline: "2026-01-27T10:00:00.000Z",
  idleTimeoutMs: 600_000,
  keepOnFailureMs: 3_600_000,
  completionFile: "/tmp/SPAWN_COMPLETE",
  completionDelayMs: 30_000,
  workdirSha256: "a".repeat(64),
});

/** A signed URL with a session's token of so many characters. */
const signedUrl = (token: number): string =>
  `https://bucket.s3.amazonaws.com/key?X-Amz-Security-Token=${"t".repeat(token)}&X-Amz-Signature=${"0".repeat(64)}`;
const runnerUrl = signedUrl(1300);
const script = userData({ ttlMs: 90_001, agentConfig, runnerUrl, runnerSha256: "b".repeat(64) });

describe("the user data", () => {
  it("arms the machine's end before anything else, rounded up to minutes", () => {
    expect(script.split("\n").slice(0, 2)).toEqual(["#!/bin/sh", "shutdown -P +2"]);
  });

  it("keeps to 4 KB, with the longest names and a session's token in its URL", () => {
    expect(Buffer.byteLength(script)).toBeLessThanOrEqual(4096);
  });

  it("holds the longest tokens that sessions have, and refuses clearly what EC2 would not take", () => {
    const with_ = (token: number): string =>
      userData({ ttlMs: 90_001, agentConfig, runnerUrl: signedUrl(token), runnerSha256: "b".repeat(64) });
    expect(with_(2_000)).toContain(signedUrl(2_000));
    expect(with_(8_000)).toContain(signedUrl(8_000));
    expect(() => with_(16_000)).toThrow(/bytes, and EC2 takes 16384 \(\d+ of them the address signed/);
  });

  it.each(["dash", "bash", "sh"])("is a script to %s", (shell) => {
    expect(spawnSync(shell, ["-n"], { input: script, encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  });

  it("gives the agent all it reads, and nothing else", () => {
    const config = JSON.parse(agentConfig) as Record<string, unknown>;
    expect(config).toMatchObject({
      on_complete: "terminate",
      keep_on_failure_ms: 3_600_000,
      run_as: null,
      resume: null,
    });
    expect(script).toContain(agentConfig);
  });

  it("keeps no instance after a failed queue where it was said what becomes of it", () => {
    const text = agentConfigText({
      ...JSON.parse("{}"),
      queueId: "q",
      onComplete: "stop",
      keepOnFailureMs: 5,
    });
    expect(JSON.parse(text)).toMatchObject({ on_complete: "stop", keep_on_failure_ms: 0 });
  });
});
