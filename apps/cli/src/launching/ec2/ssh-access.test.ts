import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ec2FlagValues } from "./ec2-flags.js";
import { sshAccess } from "./ssh-access.js";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGCLbFUNMKTLVVTGaAqPHjC0lF3cTE5wtFfEzmlcC9R me";
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "spawn-ssh-"));
  mkdirSync(join(home, ".ssh"));
});

afterEach(() => rmSync(home, { recursive: true }));

const access = (flags: Partial<Ec2FlagValues>) =>
  sshAccess(flags as Ec2FlagValues, { cwd: home, env: { HOME: home, PATH: "/nowhere" } });

describe("sshAccess", () => {
  it("is none unless somebody asks for it", async () => {
    expect(await access({})).toBeUndefined();
  });

  it("takes the key in ~/.ssh, and one address or a range", async () => {
    writeFileSync(join(home, ".ssh/id_rsa.pub"), "ssh-rsa AAAA other\n");
    writeFileSync(join(home, ".ssh/id_ed25519.pub"), `${KEY}\n`);
    expect(await access({ ssh: true, "ssh-from": "203.0.113.7" })).toEqual({
      publicKey: KEY,
      from: "203.0.113.7/32",
    });
    expect(await access({ "wait-for-ssh": true, "ssh-from": "203.0.113.0/24" })).toMatchObject({
      from: "203.0.113.0/24",
    });
  });

  it("takes the public half of a private key that is named", async () => {
    writeFileSync(join(home, "mine"), "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    writeFileSync(join(home, "mine.pub"), KEY);
    const from = { "ssh-from": "10.0.0.1" };
    const whole = { publicKey: KEY, identity: join(home, "mine") };
    expect(await access({ "ssh-key": "mine", ...from })).toMatchObject(whole);
    expect(await access({ "ssh-key": "mine.pub", ...from })).toMatchObject(whole);
    rmSync(join(home, "mine"));
    expect(await access({ "ssh-key": "mine.pub", ...from })).not.toHaveProperty("identity");
  });

  it.each<[string, Partial<Ec2FlagValues>]>([
    ["there is no ssh key", { ssh: true, "ssh-from": "10.0.0.1" }],
    ["there is no such file", { "ssh-key": "none", "ssh-from": "10.0.0.1" }],
    ["holds no public key", { "ssh-key": "private", "ssh-from": "10.0.0.1" }],
    ["not an IPv4 address", { "ssh-key": "good.pub", "ssh-from": "everybody" }],
    ["not an IPv4 address", { "ssh-key": "good.pub", "ssh-from": "10.0.0.0/33" }],
  ])("refuses: %s", async (words, flags) => {
    writeFileSync(join(home, "private"), "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    writeFileSync(join(home, "good.pub"), KEY);
    await expect(access(flags)).rejects.toMatchObject({
      code: "bad-arguments",
      message: expect.stringContaining(words),
    });
  });
});
