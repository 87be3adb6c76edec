import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadSettings, userSettingsPath } from "./load-settings.js";

let cwd: string;
let configHome: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "spawn-settings-"));
  configHome = join(cwd, "config");
  mkdirSync(join(configHome, "spawn"), { recursive: true });
});

afterEach(() => rmSync(cwd, { recursive: true }));

const load = (env: Readonly<Record<string, string>> = {}) =>
  loadSettings({ cwd, env: { XDG_CONFIG_HOME: configHome, ...env } });

describe("settings", () => {
  it("are nothing where nothing says anything", () => {
    expect(load()).toEqual({});
  });

  it("come from variables, then from the folder, then from the user's own", () => {
    writeFileSync(join(configHome, "spawn/config.yaml"), "provider: ec2\nttl: 1h\nregion: us-west-2\n");
    writeFileSync(join(cwd, ".spawn.yaml"), "ttl: 2h\nvolume_size: 30\n");
    expect(load({ SPAWN_VOLUME_SIZE: "40" })).toEqual({
      provider: "ec2",
      providerSource: join(configHome, "spawn/config.yaml"),
      region: "us-west-2",
      ttlMs: 7_200_000,
      volumeSizeGiB: 40,
    });
  });

  it("put the tags of all together", () => {
    writeFileSync(join(configHome, "spawn/config.yaml"), "tags: { team: ml, stage: dev }\n");
    expect(load({ SPAWN_TAGS: "stage=test" }).tags).toEqual({ team: "ml", stage: "test" });
  });

  it("that are wrong are refused with file, line and what was meant", () => {
    writeFileSync(join(cwd, ".spawn.yaml"), "region: eu-west-1\ntll: 2h\n");
    expect(() => load()).toThrow("the settings in .spawn.yaml have 1 error");
    try {
      load();
    } catch (error) {
      expect(Reflect.get(Object(error), "hint")).toMatch(
        /\.spawn\.yaml:2:1: error[\s\S]*did you mean "ttl"\?/,
      );
    }
    expect(() => load({ SPAWN_TTL: "soon" })).toThrow('SPAWN_TTL: "soon" is not a duration');
  });
});

it("a relative XDG_CONFIG_HOME counts as unset", () => {
  expect(userSettingsPath({ XDG_CONFIG_HOME: "config", HOME: "/home/me" })).toBe(
    "/home/me/.config/spawn/config.yaml",
  );
});
