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
    const config = { queue: "pipeline.json", workdir: "data" };
    const kept = keptQueueConfig(config, parseQueueConfig(config, "/work"));
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

  it("reads the options of a launch on EC2, each as its flag has it", () => {
    const config = {
      ...{
        queue: "q",
        instance_type: ["m7i.large", "m6i.large"],
        ttl: "2h",
        spot: true,
        spot_max_price: 0.05,
      },
      ...{ volume_size: 50, iam_policy: "s3:ReadOnly", keep_on_failure: "0s", zone: "us-east-1a" },
    };
    const parsed = parseQueueConfig(config, "/work");
    expect(parsed).toMatchObject({
      provider: "ec2",
      ec2: {
        "instance-type": "m7i.large,m6i.large",
        ttl: 7_200_000,
        spot: true,
        "spot-max-price": "0.05",
        "volume-size": 50,
        "iam-policy": "s3:ReadOnly",
        "keep-on-failure": 0,
        zone: "us-east-1a",
      },
    });
    expect(parseQueueConfig(keptQueueConfig(config, parsed), "/")).toEqual(parsed);
  });

  it.each([
    [{ queue: "q", provider: "local", ttl: "1h" }, "ttl is for EC2"],
    [{ queue: "q", instance_type: "m5.large", ttl: "soon" }, 'ttl is "soon"; it has to be a duration'],
    [{ queue: "q", instance_type: ["m5.large", 1] }, "instance_type is"],
    [{ queue: "q", instance_type: "m5.large", spot_max_price: 1 }, "spot_max_price is for a spot instance"],
    [{ queue: "q", instance_type: "m5.large", volume_size: 0 }, "whole number from 1 to 16384"],
    [{ queue: "q", instance_type: "m5.large", iam_role: "r", iam_policy: "p" }, "exclude each other"],
    [{ queue: "q", instance_type: "m5.large", on_complete: "burn" }, "one of terminate, stop"],
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
