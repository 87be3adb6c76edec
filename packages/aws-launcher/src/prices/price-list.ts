import type { Filter } from "@aws-sdk/client-pricing";
import type { AwsClients } from "../aws/aws-clients.js";

/** Nobody waits longer than this for an estimate. */
const ANSWER_WITHIN_MS = 3_000;

/** US dollars an hour, on demand, Linux, by AWS's price list. `undefined` for what the list does not have. */
export function listedInstancePrice(
  clients: AwsClients,
  region: string,
  instanceType: string,
): Promise<number | undefined> {
  return listed(clients, "Hrs", {
    regionCode: region,
    instanceType,
    operatingSystem: "Linux",
    tenancy: "Shared",
    preInstalledSw: "NA",
    capacitystatus: "Used",
  });
}

/** US dollars for a GiB of gp3 in a month, by AWS's price list. */
export function listedVolumePrice(clients: AwsClients, region: string): Promise<number | undefined> {
  return listed(clients, "GB-Mo", { regionCode: region, productFamily: "Storage", volumeApiName: "gp3" });
}

/** US dollars an hour that a spot instance costs now; the dearest zone's where none is named. */
export async function spotPrice(
  clients: AwsClients,
  { instanceType, zone }: { readonly instanceType: string; readonly zone?: string | undefined },
  now: Date,
): Promise<number | undefined> {
  const { SpotPriceHistory = [] } = await (await clients.ec2Once()).describeSpotPriceHistory(
    {
      InstanceTypes: [instanceType as never],
      ProductDescriptions: ["Linux/UNIX"],
      StartTime: now,
      ...(zone === undefined ? {} : { AvailabilityZone: zone }),
    },
    { abortSignal: AbortSignal.timeout(ANSWER_WITHIN_MS) },
  );
  const prices = SpotPriceHistory.map(({ SpotPrice }) => Number(SpotPrice)).filter((usd) => usd > 0);
  return prices.length === 0 ? undefined : Math.max(...prices);
}

async function listed(
  clients: AwsClients,
  unit: string,
  fields: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  const Filters: Filter[] = Object.entries(fields).map(([Field, Value]) => ({
    Type: "TERM_MATCH",
    Field,
    Value,
  }));
  const { PriceList = [] } = await (await clients.pricing()).getProducts(
    { ServiceCode: "AmazonEC2", Filters },
    { abortSignal: AbortSignal.timeout(ANSWER_WITHIN_MS) },
  );
  const products = [...PriceList].map((text) => JSON.parse(String(text)) as Product);
  return products.flatMap((product) => pricesOf(product, unit))[0];
}

/** As far as a product of the list is read here. */
interface Product {
  readonly terms?: {
    readonly OnDemand?: Readonly<
      Record<string, { readonly priceDimensions?: Readonly<Record<string, PriceDimension>> }>
    >;
  };
}

interface PriceDimension {
  readonly unit?: string;
  readonly pricePerUnit?: { readonly USD?: string };
}

function pricesOf({ terms }: Product, unit: string): readonly number[] {
  return Object.values(terms?.OnDemand ?? {})
    .flatMap(({ priceDimensions = {} }) => Object.values(priceDimensions))
    .filter((dimension) => dimension.unit === unit)
    .map(({ pricePerUnit }) => Number(pricePerUnit?.USD))
    .filter((usd) => usd > 0);
}
