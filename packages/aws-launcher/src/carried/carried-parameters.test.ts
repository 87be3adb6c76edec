import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";
import { storeCarried } from "./carried-parameters.js";

let moto: Moto;
let rig: Rig;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

beforeEach(async () => {
  await moto.reset();
  rig = new Rig(moto);
});

afterEach(() => rig.close());

describe("a carried variable", () => {
  it("that was long before may be short now: SSM makes no standard parameter of an advanced one", async () => {
    // As SSM answers where an advanced one is to become standard.
    rig.handler.answer = ({ operation, body }) =>
      operation === "PutParameter" && body.includes('"Overwrite":true') && body.includes('"Tier":"Standard"')
        ? { status: 400, body: "ValidationException" }
        : undefined;
    await storeCarried(rig.clients, "q", { NAME: "x".repeat(5000) });
    await storeCarried(rig.clients, "q", { NAME: "short" });
    const ssm = await rig.clients.ssm();
    const { Parameter } = await ssm.getParameter({ Name: "/spawn/q/env/NAME", WithDecryption: true });
    expect(Parameter?.Value).toBe("short");
  });
});
