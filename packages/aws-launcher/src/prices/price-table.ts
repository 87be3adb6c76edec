/** The day of AWS's price list from which the table was taken, and its region. */
export const TABLE_DATE = "2026-09-24";
export const TABLE_REGION = "us-east-1";

/** US dollars for a GiB of gp3 in a month. */
export const TABLE_GP3_MONTH_USD = 0.08;

/** US dollars an hour for the size `xlarge`, on demand, Linux. In these families a size costs what it has of it. */
const BY_XLARGE = new Map(
  Object.entries({
    t3: 0.1664,
    t3a: 0.1504,
    t4g: 0.1344,
    m5: 0.192,
    m6a: 0.1728,
    m6g: 0.154,
    m6i: 0.192,
    m7g: 0.1632,
    m7i: 0.2016,
    c5: 0.17,
    c6a: 0.153,
    c6g: 0.136,
    c6i: 0.17,
    c7g: 0.145,
    c7i: 0.1785,
    r5: 0.252,
    r6g: 0.2016,
    r6i: 0.252,
    r7g: 0.2142,
    r7i: 0.2646,
  }),
);

/** US dollars an hour, on demand, Linux, where the price follows the accelerators. */
const BY_TYPE = new Map(
  Object.entries({
    "g4dn.xlarge": 0.526,
    "g4dn.2xlarge": 0.752,
    "g4dn.4xlarge": 1.204,
    "g4dn.8xlarge": 2.176,
    "g4dn.12xlarge": 3.912,
    "g4dn.16xlarge": 4.352,
    "g5.xlarge": 1.006,
    "g5.2xlarge": 1.212,
    "g5.4xlarge": 1.624,
    "g5.8xlarge": 2.448,
    "g5.12xlarge": 5.672,
    "g5.16xlarge": 4.096,
    "g5.24xlarge": 8.144,
    "g5.48xlarge": 16.288,
    "g6.xlarge": 0.8048,
    "g6.2xlarge": 0.9776,
    "g6.4xlarge": 1.3232,
    "g6.8xlarge": 2.0144,
    "g6.12xlarge": 4.6016,
    "g6.16xlarge": 3.3968,
    "g6.24xlarge": 6.6752,
    "g6.48xlarge": 13.3504,
    "g6e.xlarge": 1.861,
    "g6e.2xlarge": 2.24208,
    "g6e.4xlarge": 3.00424,
    "g6e.8xlarge": 4.52856,
    "g6e.12xlarge": 10.49264,
    "g6e.16xlarge": 7.57719,
    "g6e.24xlarge": 15.06559,
    "g6e.48xlarge": 30.13118,
    "p4d.24xlarge": 21.957642,
    "p4de.24xlarge": 27.44705,
    "p5.48xlarge": 55.04,
    "p5en.48xlarge": 63.296,
    "trn1.2xlarge": 1.34375,
    "trn1.32xlarge": 21.5,
    "trn1n.32xlarge": 24.78,
    "inf2.xlarge": 0.7582,
    "inf2.8xlarge": 1.96786,
    "inf2.24xlarge": 6.49063,
    "inf2.48xlarge": 12.98127,
  }),
);

const SMALL_SIZES = new Map(
  Object.entries({
    nano: 1 / 32,
    micro: 1 / 16,
    small: 1 / 8,
    medium: 1 / 4,
    large: 1 / 2,
  }),
);

/** US dollars an hour on demand in `TABLE_REGION`; `undefined` for what the table does not know. */
export function tablePrice(instanceType: string): number | undefined {
  const own = BY_TYPE.get(instanceType);
  if (own !== undefined) return own;
  const [, family = "", size = ""] = /^([a-z0-9]+)\.([a-z0-9]+)$/.exec(instanceType) ?? [];
  const xlarge = BY_XLARGE.get(family);
  const factor = SMALL_SIZES.get(size) ?? xlargesOf(size);
  if (xlarge === undefined || factor === undefined) return undefined;
  // Prices have five decimals at most; a fraction of one is what binary numbers add.
  return Math.round(xlarge * factor * 1e5) / 1e5;
}

function xlargesOf(size: string): number | undefined {
  const times = /^(\d*)xlarge$/.exec(size)?.[1];
  return times === undefined ? undefined : Number(times || "1");
}
