import { describe, expect, it } from "vitest";
import { keptQueueConfig, parseQueueConfig } from "./queue-config.js";

describe("parseQueueConfig", () => {
  it("reads the options of a launch", () => {
    const config = {
      queue: "pipeline.json",
      provider: "local",
      env: ["API_KEY", "LR=0.1"],
      workdir: "data",
      name: "nightly",
      queue_id: "nightly-run",
      tags: { team: "ml" },
    };
    expect(parseQueueConfig(config, "/work")).toEqual({
      provider: "local",
      cwd: "/work",
      options: {
        file: "/work/pipeline.json",
        env: ["API_KEY", "LR=0.1"],
        workdir: "data",
        name: "nightly",
        queueId: "nightly-run",
        tags: { team: "ml" },
        overwrite: false,
      },
    });
  });

  it("takes variables with their values as well", () => {
    expect(parseQueueConfig({ queue: "q", env: { LR: "0.1" } }, "/work").options.env).toEqual(["LR=0.1"]);
  });

  it("is kept so that it means the same elsewhere, and is read back so", () => {
    const kept = keptQueueConfig({ queue: "pipeline.json", workdir: "data" }, "/work");
    expect(kept).toEqual({
      queue: "/work/pipeline.json",
      provider: "local",
      cwd: "/work",
      workdir: "data",
    });
    expect(parseQueueConfig(kept, "/")).toEqual(
      parseQueueConfig({ queue: "pipeline.json", workdir: "data" }, "/work"),
    );
  });

  it.each([
    [{ queue: "q", instnace_type: "m5.large" }, "Did you mean instance_type?"],
    [{ queue: "q", env: ["1A"] }, 'env: "1A" is neither NAME nor NAME=value'],
    [{ queue: "q", env: [1] }, "env is [1]; it has to be a list of texts"],
    [{ queue: "q", provider: "gcp" }, "one of local, ec2"],
    [{ queue: "q", queue_id: "a/b" }, "is not a queue id"],
    [{ queue: "q", name: "last" }, "not a name for an instance"],
    [{ queue: 1 }, "queue is 1"],
  ])("refuses %j", (config, message) => {
    expect(() => parseQueueConfig(config, "/work")).toThrow(
      expect.objectContaining({ code: "bad-arguments", message: expect.stringContaining(message) }),
    );
  });
});
