import { describe, expect, it } from "vitest";
import { launchOptions } from "./launch-flags.js";

const none = { name: undefined, env: undefined, "queue-id": undefined, overwrite: false, workdir: undefined };

describe("launchOptions", () => {
  it("leaves out what was not said", () => {
    expect(launchOptions("q.json", none, {})).toEqual({
      file: "q.json",
      tags: {},
      env: [],
      overwrite: false,
    });
  });

  it("passes on what was said", () => {
    const flags = { name: "nightly", env: ["A=1"], "queue-id": "daily", overwrite: true, workdir: "/data" };
    expect(launchOptions("q.json", flags, { team: "ml" })).toEqual({
      file: "q.json",
      tags: { team: "ml" },
      env: ["A=1"],
      overwrite: true,
      queueId: "daily",
      name: "nightly",
      workdir: "/data",
    });
  });

  it.each(["last", "local-7", "i-0abc", "two words", "a/b", ""])("refuses the name %j", (name) => {
    expect(() => launchOptions("q.json", { ...none, name }, {})).toThrow(
      expect.objectContaining({ code: "bad-arguments" }),
    );
  });
});
