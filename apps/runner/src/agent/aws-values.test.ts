import { type MotoServer, motoIsMissing, startMoto } from "@spawn/result-store/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { awsSecrets } from "./aws-secrets.js";
import { CarriedVariables } from "./carried-variables.js";

const REGION = "us-east-1";

const isMissing = motoIsMissing();
let moto: MotoServer;

beforeAll(async () => {
  if (isMissing) return;
  moto = await startMoto();
  vi.stubEnv("AWS_ENDPOINT_URL", moto.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await moto?.stop();
});

beforeEach(() => moto?.reset());

const put = (Name: string, Value: string, Type = "SecureString") =>
  moto.call("AmazonSSM.PutParameter", { Name, Value, Type });

async function parametersLeft(): Promise<readonly string[]> {
  const { Parameters } = await moto.call("AmazonSSM.DescribeParameters", { MaxResults: 50 });
  return (Parameters as { Name: string }[]).map(({ Name }) => Name).sort();
}

describe.skipIf(isMissing)("the carried variables", () => {
  it("are all those of the queue, decrypted, and no other's", async () => {
    for (let number = 10; number < 35; number += 1) await put(`/spawn/q/env/N${number}`, `value ${number}`);
    await put("/spawn/q-2/env/OTHER", "not mine");
    await put("/spawn/q/env/deeper/X", "not a variable");
    const variables = await new CarriedVariables(REGION, "q").fetch();
    expect(Object.keys(variables)).toHaveLength(25);
    expect(variables).toMatchObject({ N10: "value 10", N34: "value 34" });
  });

  it("are none where nothing was carried", async () => {
    expect(await new CarriedVariables(REGION, "q").fetch()).toEqual({});
    await new CarriedVariables(REGION, "q").remove();
  });

  it("are removed, all of them, and no other's", async () => {
    for (let number = 10; number < 35; number += 1) await put(`/spawn/q/env/N${number}`, "x");
    await put("/spawn/q-2/env/OTHER", "not mine");
    await new CarriedVariables(REGION, "q").remove();
    expect(await parametersLeft()).toEqual(["/spawn/q-2/env/OTHER"]);
  });

  it("may be there again when the network is", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    try {
      const failure = new CarriedVariables(REGION, "q").fetch();
      await expect(failure).rejects.toMatchObject({ code: "store-failed" });
    } finally {
      vi.stubEnv("AWS_ENDPOINT_URL", moto.endpoint);
    }
  });
});

describe.skipIf(isMissing)("a job's secrets on AWS", () => {
  it("come from the parameter store and from Secrets Manager", async () => {
    await put("/prod/db", "from ssm");
    await moto.call("secretsmanager.CreateSecret", { Name: "prod/api", SecretString: "from sm" });
    const secrets = {
      DB: { store: "ssm", path: "/prod/db" },
      API: { store: "secretsmanager", id: "prod/api" },
    } as const;
    expect(await awsSecrets(REGION).fetch(secrets)).toEqual({ DB: "from ssm", API: "from sm" });
  });

  it("that are not there are named", async () => {
    await expect(awsSecrets(REGION).fetch({ A: { store: "ssm", path: "/none" } })).rejects.toThrow(
      "the secret ssm:/none cannot be fetched",
    );
  });

  it("must be text", async () => {
    await moto.call("secretsmanager.CreateSecret", { Name: "binary", SecretBinary: "AAEC" });
    const secrets = { A: { store: "secretsmanager", id: "binary" } } as const;
    await expect(awsSecrets(REGION).fetch(secrets)).rejects.toThrow("has no text");
  });
});
