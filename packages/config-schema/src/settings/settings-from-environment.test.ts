import { expect, it } from "vitest";
import { settingsFromEnvironment } from "./settings-from-environment.js";

it("reads SPAWN_ variables as a settings file's keys", () => {
  const env = {
    SPAWN_PROVIDER: "ec2",
    SPAWN_INSTANCE_TYPE: "t3.micro,t3.small",
    SPAWN_VOLUME_SIZE: "50",
    SPAWN_TAGS: "team=ml,cost=a=b",
    SPAWN_TTL: "",
    SPAWN_INSTANCE_ID: "i-1",
  };
  expect(settingsFromEnvironment(env)).toEqual({
    settings: {
      provider: "ec2",
      instanceTypes: ["t3.micro", "t3.small"],
      volumeSizeGiB: 50,
      tags: { team: "ml", cost: "a=b" },
    },
    problems: [],
  });
});

it("says which variable is wrong, and how to put it right", () => {
  const env = { SPAWN_TTL: "soon", SPAWN_VOLUME_SIZE: "big", SPAWN_TAGS: "team", SPAWN_PROVIDER: "aws" };
  expect(settingsFromEnvironment(env).problems.toSorted()).toEqual([
    'SPAWN_PROVIDER: "provider" cannot be the text "aws" (write "local" or "ec2")',
    'SPAWN_TAGS: "tags" must be a map, not the text "team" (write key=value pairs between commas)',
    'SPAWN_TTL: "soon" is not a duration (write it like "90s", "5m", "1h30m", "2d" or "500ms")',
    'SPAWN_VOLUME_SIZE: "volume_size" must be a number, not the text "big" (for example 100)',
  ]);
});
