import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { SpawnError } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { type MotoServer, startMoto } from "@spawn/result-store/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ec2Error } from "./testing/faulty-handler.js";
import { Rig } from "./testing/rig.js";

let moto: MotoServer;
let rig: Rig;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

beforeEach(async () => {
  await moto.reset();
  rig = new Rig(moto);
  await rig.makeBucket();
});

afterEach(() => rig.close());

const text = async (key: string): Promise<string> =>
  Buffer.from((await rig.store.readBytes(key)) ?? []).toString("utf8");

const intents = (): readonly string[] => {
  try {
    return readdirSync(join(rig.folder, "launches"));
  } catch {
    return [];
  }
};

describe("a launch on EC2", () => {
  it("makes an instance with everything around it, and leaves nothing to be settled", async () => {
    const instance = await rig.launcher.launch(rig.request({ carried: { TOKEN: "canary-value" } }));
    expect(instance).toMatchObject({
      provider: "ec2",
      queueId: "pipeline",
      generation: 1,
      market: "on-demand",
    });
    expect(await rig.launcher.list()).toMatchObject([
      { instanceId: instance.instanceId, state: "running", deadline: instance.deadline },
    ]);
    const { Schedules = [] } = await (await rig.clients.scheduler()).listSchedules({ GroupName: "spawn" });
    expect(Schedules.map(({ Name }) => Name)).toEqual([`spawn-${instance.instanceId}`]);
    const { Parameter } = await (await rig.clients.ssm()).getParameter({
      Name: "/spawn/pipeline/env/TOKEN",
      WithDecryption: true,
    });
    expect(Parameter).toMatchObject({ Value: "canary-value", Type: "SecureString" });
    expect(JSON.parse(await text(queueKeys("pipeline").instance))).toMatchObject({ generation: 1 });
    expect(await text(queueKeys("pipeline").queueFile)).toContain("pipeline");
    expect(intents()).toEqual([]);
  });

  it("writes the exact request down before it is sent, for its owner's eyes alone", async () => {
    let seen: { readonly mode: number; readonly request: Record<string, unknown> } | undefined;
    rig.handler.answer = ({ operation, body }) => {
      if (operation !== "RunInstances" || body.includes("DryRun")) return undefined;
      const path = join(rig.folder, "launches", intents()[0]!);
      seen = { mode: statSync(path).mode & 0o777, request: JSON.parse(readFileSync(path, "utf8")).request };
      expect(body).toContain(`ClientToken=${String(seen.request.ClientToken)}`);
      return undefined;
    };
    await rig.launcher.launch(rig.request({ carried: { TOKEN: "canary-value" } }));
    expect(seen?.mode).toBe(0o600);
    expect(JSON.stringify(seen?.request)).not.toContain("canary-value");
    const userData = Buffer.from(String(seen?.request.UserData), "base64").toString("utf8");
    expect(userData).toMatch(/^#!\/bin\/sh\nshutdown -P \+60\n/);
    expect(userData).not.toContain("canary-value");
  });

  it("walks to the next zone, type and market where there is no capacity, and shows each refusal", async () => {
    let asked = 0;
    rig.handler.answer = ({ operation, body }) =>
      operation === "RunInstances" && !body.includes("DryRun") && ++asked <= 13
        ? ec2Error("InsufficientInstanceCapacity", "none left", 500)
        : undefined;
    const market = { kind: "spot", orOnDemand: true } as const;
    const instance = await rig.launcher.launch(
      rig.request({ market, instanceTypes: ["t3.micro", "t3.small"] }),
    );
    const refused = rig.events.filter(({ type }) => type === "refused");
    expect(refused).toHaveLength(13);
    expect(instance.market).toBe("on-demand");
    const tokens = rig.handler.calls
      .filter(({ body }) => !body.includes("DryRun"))
      .flatMap(({ body }) => /ClientToken=(\w+)/.exec(body)?.[1] ?? []);
    expect(new Set(tokens).size).toBe(14);
  });

  it("ends with no-capacity when every rung refuses, and takes everything back", async () => {
    rig.handler.answer = ({ operation, body }) =>
      operation === "RunInstances" && !body.includes("DryRun")
        ? ec2Error("InsufficientInstanceCapacity", "none left", 500)
        : undefined;
    const launch = rig.launcher.launch(rig.request({ carried: { TOKEN: "v" } }));
    await expect(launch).rejects.toMatchObject({ code: "no-capacity" });
    const { Roles = [] } = await (await rig.clients.iam()).listRoles({});
    expect(Roles.map(({ RoleName }) => RoleName)).toEqual(["spawn-deadline"]);
    const { Parameters } = await (await rig.clients.ssm()).getParametersByPath({
      Path: "/spawn/",
      Recursive: true,
    });
    expect(Parameters).toEqual([]);
  });

  const refusedByQuota = (types: RegExp) => {
    rig.handler.answer = ({ operation, body }) =>
      operation === "RunInstances" && !body.includes("DryRun") && types.test(body)
        ? ec2Error("VcpuLimitExceeded", "You have requested more vCPU capacity than your limit")
        : undefined;
  };

  it("tells a quota apart from capacity, and does not ask in another zone", async () => {
    refusedByQuota(/./);
    const launch = rig.launcher.launch(rig.request());
    await expect(launch).rejects.toMatchObject({ code: "quota-exceeded" });
    expect(rig.events.filter(({ type }) => type === "requesting")).toHaveLength(1);
  });

  it("goes on to a smaller type, another family or market where a quota refuses one", async () => {
    refusedByQuota(/InstanceType=(x1e|m5\.xlarge|c5)/);
    const instanceTypes = ["x1e.xlarge", "m5.xlarge", "c5.2xlarge", "m5.large"];
    const instance = await rig.launcher.launch(rig.request({ instanceTypes }));
    expect(instance.instanceType).toBe("m5.large");
    const asked = rig.events.flatMap((event) => (event.type === "requesting" ? [event.instanceType] : []));
    expect(asked).toEqual(["x1e.xlarge", "m5.xlarge", "m5.large"]);
  });

  it("takes another zone where a subnet has no address left", async () => {
    let full: string | undefined;
    rig.handler.answer = ({ operation, body }) => {
      if (operation !== "RunInstances" || body.includes("DryRun")) return undefined;
      const subnet = new URLSearchParams(body).get("SubnetId") ?? "";
      full ??= subnet;
      return subnet === full ? ec2Error("InsufficientFreeAddressesInSubnet", "no free addresses") : undefined;
    };
    await rig.launcher.launch(rig.request());
    expect(rig.events.filter(({ type }) => type === "requesting")).toHaveLength(2);
  });

  it("waits for a role that is not known everywhere yet", async () => {
    let asked = 0;
    rig.handler.answer = ({ operation, body }) =>
      operation === "RunInstances" && !body.includes("DryRun") && ++asked <= 3
        ? ec2Error(
            "InvalidParameterValue",
            "Value (spawn-x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
          )
        : undefined;
    await rig.launcher.launch(rig.request());
    expect(asked).toBe(4);
    expect(await rig.launcher.list()).toHaveLength(1);
  });

  it("sends the same request again when the answer is lost, and makes one instance", async () => {
    let lost = 0;
    rig.handler.fault = ({ operation, body }) =>
      operation === "RunInstances" && !body.includes("DryRun") && ++lost <= 2 ? "lost-answer" : undefined;
    await rig.launcher.launch(rig.request());
    const sent = rig.handler.calls.filter(
      ({ operation, body }) => operation === "RunInstances" && !body.includes("DryRun"),
    );
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    expect(await rig.launcher.list()).toHaveLength(1);
  });

  it("raises the generation with each relaunch, and refuses a second instance of a queue", async () => {
    const first = await rig.launcher.launch(rig.request());
    await expect(rig.launcher.launch(rig.request())).rejects.toMatchObject({ code: "already-running" });
    await rig.launcher.terminate(first.instanceId);
    const second = await rig.launcher.launch(
      rig.request({ fromStore: { rerun: [], trustCompleted: false } }),
    );
    expect(second.generation).toBe(2);
    expect(JSON.parse(await text(queueKeys("pipeline").instance))).toMatchObject({
      instance_id: second.instanceId,
      earlier: [{ instance_id: first.instanceId, generation: 1, ended_at: expect.stringMatching(/^20/) }],
    });
  });
});

describe("an instance on EC2", () => {
  it("is drained, then ended with all that was made for it", async () => {
    const { instanceId } = await rig.launcher.launch(rig.request({ carried: { TOKEN: "v" } }));
    expect(await rig.launcher.terminate(instanceId)).toMatchObject({ state: "terminated" });
    expect(await rig.launcher.terminate(instanceId)).toMatchObject({ state: "terminated" });
    const keys: string[] = [];
    for await (const { key } of rig.store.list(queueKeys("pipeline").requestsFolder)) keys.push(key);
    expect(keys).toHaveLength(1);
    expect(JSON.parse(await text(keys[0]!))).toEqual({ kind: "interrupt", cause: "shutdown" });
    const { Schedules } = await (await rig.clients.scheduler()).listSchedules({ GroupName: "spawn" });
    expect(Schedules).toEqual([]);
    const { Roles = [] } = await (await rig.clients.iam()).listRoles({});
    expect(Roles.map(({ RoleName }) => RoleName)).toEqual(["spawn-deadline"]);
  });

  const refuseRequests = (): void => {
    rig.store.beforePut = async (key) => {
      if (key.includes("/requests/")) throw new SpawnError("permission-denied", "AWS denies it");
    };
  };

  it("is ended though its store cannot be written, and it is said that it could not be asked to store anything", async () => {
    const { instanceId } = await rig.launcher.launch(rig.request());
    refuseRequests();
    const said: string[] = [];
    const answers = [false, true];
    const onNotAsked = async (why: string): Promise<boolean> => {
      said.push(why);
      return answers.shift() ?? false;
    };
    expect(await rig.launcher.terminate(instanceId, { onNotAsked })).toMatchObject({ state: "running" });
    expect(await rig.launcher.find(instanceId)).toMatchObject({ state: "running" });
    const before = rig.clock.bootMs();
    expect(await rig.launcher.terminate(instanceId, { onNotAsked })).toMatchObject({ state: "terminated" });
    expect(said).toEqual(["AWS denies it", "AWS denies it"]);
    expect(rig.clock.bootMs() - before, "nobody is waited for").toBeLessThan(4_000);
  });

  it("is not asked, nor waited for, when its queue has stopped", async () => {
    const { instanceId } = await rig.launcher.launch(rig.request());
    const status = { instance_id: instanceId, status: "interrupted" };
    await rig.store.putBytes(queueKeys("pipeline").status, Buffer.from(JSON.stringify(status)));
    refuseRequests();
    const before = rig.clock.bootMs();
    const onNotAsked = async (): Promise<boolean> => false;
    expect(await rig.launcher.terminate(instanceId, { onNotAsked })).toMatchObject({ state: "terminated" });
    expect(rig.clock.bootMs() - before).toBeLessThan(4_000);
  });

  it("is extended in its schedule, its tag and by a request to it", async () => {
    const { instanceId, deadline } = await rig.launcher.launch(rig.request());
    const later = await rig.launcher.extend(instanceId, 1_800_000);
    expect(Date.parse(later) - Date.parse(deadline)).toBe(1_800_000);
    expect(await rig.launcher.find(instanceId)).toMatchObject({ deadline: later });
    const schedule = await (await rig.clients.scheduler()).getSchedule({
      Name: `spawn-${instanceId}`,
      GroupName: "spawn",
    });
    const guard = new Date(Date.parse(later) + 15 * 60_000).toISOString().slice(0, 19);
    expect(schedule.ScheduleExpression).toBe(`at(${guard})`);
  });

  const says = (instanceId: string, ttl_expires_at: string) =>
    rig.store.putBytes(
      queueKeys("pipeline").status,
      Buffer.from(JSON.stringify({ instance_id: instanceId, status: "running", ttl_expires_at })),
    );

  it("is extended once its agent goes by the new deadline", async () => {
    const { instanceId, deadline } = await rig.launcher.launch(rig.request());
    await says(instanceId, deadline);
    // An agent that takes the request as soon as it is there.
    rig.store.beforePut = async (key) => {
      const later = new Date(Date.parse(deadline) + 1_800_000).toISOString().replace(/\.\d+/, "");
      if (key.includes("/requests/")) await says(instanceId, later);
    };
    expect(Date.parse(await rig.launcher.extend(instanceId, 1_800_000))).toBe(
      Date.parse(deadline) + 1_800_000,
    );
  });

  it("whose agent does not take the new deadline is said to end at the old one", async () => {
    const { instanceId, deadline } = await rig.launcher.launch(rig.request());
    await says(instanceId, deadline);
    await expect(rig.launcher.extend(instanceId, 1_800_000)).rejects.toMatchObject({
      code: "wait-timed-out",
      message: expect.stringContaining(`its own shutdown still ends it at ${deadline}`),
      hint: expect.stringContaining("AWS's schedule and gc go by the new time already"),
    });
    // Its tag has moved, it has not.
    await expect(rig.launcher.extend(instanceId, 1_800_000)).rejects.toThrow(
      `its own shutdown still ends it at ${deadline}`,
    );
  });

  it("ends as before, in its schedule and its tag too, when it cannot be asked to live longer", async () => {
    const { instanceId, deadline } = await rig.launcher.launch(rig.request());
    const scheduled = async () => {
      const scheduler = await rig.clients.scheduler();
      const of = { Name: `spawn-${instanceId}`, GroupName: "spawn" };
      return (await scheduler.getSchedule(of)).ScheduleExpression;
    };
    const before = await scheduled();
    refuseRequests();
    await expect(rig.launcher.extend(instanceId, 1_800_000)).rejects.toMatchObject({
      code: "permission-denied",
      message: `${instanceId} ends at ${deadline}, as before: AWS denies it`,
    });
    expect(await rig.launcher.find(instanceId)).toMatchObject({ deadline });
    expect(await scheduled()).toBe(before);
  });

  it("that is past its deadline or gone is not extended", async () => {
    const { instanceId } = await rig.launcher.launch(rig.request());
    rig.clock.advance(2 * 3_600_000);
    await expect(rig.launcher.extend(instanceId, 60_000)).rejects.toMatchObject({ code: "already-over" });
    await rig.launcher.terminate(instanceId);
    await expect(rig.launcher.extend(instanceId, 60_000)).rejects.toMatchObject({ code: "already-over" });
  });

  it("that is stopped is not extended: it cannot be told", async () => {
    const { instanceId, deadline } = await rig.launcher.launch(rig.request());
    await (await rig.clients.ec2()).stopInstances({ InstanceIds: [instanceId] });
    await expect(rig.launcher.extend(instanceId, 60_000)).rejects.toMatchObject({
      message: `${instanceId} is stopped: it cannot be told of another deadline`,
      hint: expect.stringContaining(`aws ec2 start-instances --instance-ids ${instanceId}`),
    });
    expect(await rig.launcher.find(instanceId)).toMatchObject({ deadline });
  });

  it("that nobody knows, or that spawn did not make, is not found", async () => {
    await expect(rig.launcher.terminate("i-0123456789abcdef0")).rejects.toMatchObject({
      code: "instance-not-found",
    });
    const { Instances = [] } = await (await rig.clients.ec2()).runInstances({
      MinCount: 1,
      MaxCount: 1,
      ImageId: "ami-12c6146b",
    });
    const other = Instances[0]?.InstanceId ?? "";
    await expect(rig.launcher.terminate(other)).rejects.toMatchObject({ code: "instance-not-found" });
  });
});
