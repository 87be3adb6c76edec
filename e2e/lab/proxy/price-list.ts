import { readFileSync } from "node:fs";
import { type Answer, jsonAnswer } from "./answer.js";
import type { AwsCall } from "./aws-call.js";

interface Product {
  readonly serviceCode: string;
  readonly product: { readonly productFamily: string; readonly attributes: Readonly<Record<string, string>> };
}

/** Two products as the price list has them, at prices of their own: whoever shows these has asked. */
const PRODUCTS = JSON.parse(
  readFileSync(new URL("prices.json", import.meta.url), "utf8"),
) as readonly Product[];

/** The Pricing API's `GetProducts`; each product is a text within the answer, as there. */
export function priceAnswer({ json }: AwsCall): Answer {
  const { ServiceCode, Filters = [] } = json as {
    readonly ServiceCode?: string;
    readonly Filters?: readonly { readonly Field: string; readonly Value: string }[];
  };
  const found = PRODUCTS.filter(
    ({ serviceCode, product: { productFamily, attributes } }) =>
      serviceCode === ServiceCode &&
      Filters.every(({ Field, Value }) => ({ productFamily, ...attributes })[Field] === Value),
  );
  return jsonAnswer({ FormatVersion: "aws_v1", PriceList: found.map((product) => JSON.stringify(product)) });
}
