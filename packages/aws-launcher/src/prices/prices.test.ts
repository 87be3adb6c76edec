import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";
import { describePriceSource } from "./price.js";
import { TABLE_DATE, tablePrice } from "./price-table.js";
import { Prices } from "./prices.js";

const DAY = 86_400_000;
const T3_MICRO = { region: "eu-west-1", instanceType: "t3.micro", market: "on-demand" } as const;

let moto: Moto;
let rig: Rig;
let prices: Prices;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

beforeEach(() => {
  rig = new Rig(moto);
  prices = newProcess();
});

afterEach(() => rig.close());

const newProcess = (): Prices =>
  new Prices({ clients: rig.clients, clock: rig.clock, stateFolder: rig.folder });

/** As the price list writes a product: what it costs, and a reserved price that is not asked for. */
const product = (usd: string, unit = "Hrs"): string =>
  JSON.stringify({
    product: { productFamily: "Compute Instance" },
    terms: {
      OnDemand: { "A.B": { priceDimensions: { "A.B.C": { unit, pricePerUnit: { USD: usd } } } } },
      Reserved: { "A.D": { priceDimensions: { "A.D.E": { unit, pricePerUnit: { USD: "0.001" } } } } },
    },
  });

const answering = (...products: readonly string[]): void => {
  rig.handler.answer = ({ operation }) =>
    operation === "GetProducts"
      ? { status: 200, body: JSON.stringify({ FormatVersion: "aws_v1", PriceList: products }) }
      : undefined;
};

const spotHistory = (usd: readonly string[]): string =>
  `<DescribeSpotPriceHistoryResponse><spotPriceHistorySet>${usd
    .map((price) => `<item><instanceType>t3.micro</instanceType><spotPrice>${price}</spotPrice></item>`)
    .join("")}</spotPriceHistorySet></DescribeSpotPriceHistoryResponse>`;

const asked = (operation: string) => rig.handler.calls.filter((call) => call.operation === operation);
const today = (): string => new Date(rig.clock.wallMs()).toISOString().slice(0, 10);

describe("prices", () => {
  it("come from the price list, for Linux on demand in the region that was asked for", async () => {
    answering(product("0.0114000000"));
    expect(await prices.hourly(T3_MICRO)).toEqual({
      usd: 0.0114,
      source: { kind: "pricing-api", date: today() },
    });
    const [call] = asked("GetProducts");
    expect(call?.signature).toContain("/us-east-1/pricing/");
    for (const value of ["eu-west-1", "t3.micro", "Linux", "Shared", "Used"])
      expect(call?.body).toContain(`"${value}"`);
  });

  it("are kept for a week, also for the next process, then asked for again", async () => {
    answering(product("0.0114"));
    await prices.hourly(T3_MICRO);
    const first = today();
    rig.clock.advance(6 * DAY);
    expect(await newProcess().hourly(T3_MICRO)).toEqual({
      usd: 0.0114,
      source: { kind: "cache", date: first },
    });
    rig.clock.advance(2 * DAY);
    answering(product("0.02"));
    expect(await newProcess().hourly(T3_MICRO)).toMatchObject({ usd: 0.02, source: { kind: "pricing-api" } });
    expect(asked("GetProducts")).toHaveLength(2);
  });

  it("that are old are better than the table where AWS cannot be asked any more", async () => {
    answering(product("0.0114"));
    await prices.hourly(T3_MICRO);
    rig.clock.advance(30 * DAY);
    rig.handler.fault = () => "error";
    expect(await newProcess().hourly(T3_MICRO)).toMatchObject({ usd: 0.0114, source: { kind: "cache" } });
  });

  it("come from the table, which says its day and region, where AWS was never reached; it is asked once", async () => {
    rig.handler.fault = () => "error";
    const price = await prices.hourly(T3_MICRO);
    expect(price).toEqual({ usd: 0.0104, source: { kind: "table", date: TABLE_DATE, region: "us-east-1" } });
    expect(describePriceSource(price!.source)).toContain(`us-east-1, ${TABLE_DATE}`);
    await prices.hourly({ ...T3_MICRO, instanceType: "g5.xlarge" });
    expect(asked("GetProducts")).toHaveLength(1);
  });

  it("are unknown where neither knows the type", async () => {
    answering();
    expect(await prices.hourly({ ...T3_MICRO, instanceType: "x9.huge" })).toBeUndefined();
  });

  it("survive a cache that is no cache", async () => {
    writeFileSync(
      join(rig.folder, "prices.json"),
      '{"prices":{"eu-west-1 t3.micro on-demand":{"usd":"free"}}',
    );
    answering(product("0.0114"));
    expect(await prices.hourly(T3_MICRO)).toMatchObject({ usd: 0.0114 });
    expect(JSON.parse(readFileSync(join(rig.folder, "prices.json"), "utf8"))).toMatchObject({
      schema_version: 1,
    });
  });

  it("of spot instances are those of the moment, by zone; the dearest one's where none is named", async () => {
    const spot = { ...T3_MICRO, market: "spot", zone: "eu-west-1a" } as const;
    rig.handler.answer = ({ body }) => ({
      status: 200,
      body: spotHistory(body.includes("AvailabilityZone") ? ["0.0031"] : ["0.0031", "0.0042"]),
    });
    expect(await prices.hourly({ ...T3_MICRO, market: "spot" })).toMatchObject({ usd: 0.0042 });
    rig.handler.calls.length = 0;
    expect(await prices.hourly(spot)).toMatchObject({ usd: 0.0031, source: { kind: "spot-history" } });
    const [call] = asked("DescribeSpotPriceHistory");
    expect(call?.body).toContain("AvailabilityZone=eu-west-1a");
    expect(call?.signature).toContain("/eu-west-1/ec2/");
    rig.handler.fault = () => "error";
    rig.clock.advance(DAY);
    expect(await newProcess().hourly(spot)).toMatchObject({ source: { kind: "cache" } });
    expect(await newProcess().hourly({ ...spot, zone: "eu-west-1b" })).toBeUndefined();
  });

  it("of a volume are by the hour", async () => {
    answering(product("0.0880000000", "GB-Mo"));
    const price = await prices.volumeHourly("eu-west-1", 73);
    expect(price).toMatchObject({ source: { kind: "pricing-api" } });
    expect(price?.usd).toBeCloseTo(0.0088, 10);
  });
});

describe("the table", () => {
  it.each([
    ["t3.micro", 0.0104],
    ["t4g.nano", 0.0042],
    ["m7i.48xlarge", 9.6768],
    ["c7i.large", 0.08925],
    ["r7i.2xlarge", 0.5292],
    ["g6.xlarge", 0.8048],
    ["p5.48xlarge", 55.04],
    ["trn1.32xlarge", 21.5],
  ])("knows %s", (type, usd) => {
    expect(tablePrice(type)).toBe(usd);
  });

  it.each(["m7i.metal-24xl", "m7i", "constructor.large", "nope.xlarge"])("does not know %s", (type) => {
    expect(tablePrice(type)).toBeUndefined();
  });
});
