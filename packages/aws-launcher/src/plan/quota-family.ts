/** What one quota of vCPUs is for; codes as in Service Quotas. */
export interface QuotaFamily {
  readonly name: string;
  /** Absent where the quota has a code that spawn does not know. */
  readonly codes?: { readonly "on-demand": string; readonly spot?: string };
}

const KNOWN: readonly (readonly [types: RegExp, QuotaFamily])[] = [
  [/^(g|vt)\d/, { name: "G and VT", codes: { "on-demand": "L-DB2E81BA", spot: "L-3819A6DF" } }],
  // On demand all P types share a quota; as spot instances only the older ones do.
  [/^p[5-9]/, { name: "P (P5 and newer)", codes: { "on-demand": "L-417A185B" } }],
  [/^p\d/, { name: "P", codes: { "on-demand": "L-417A185B", spot: "L-7212CCBC" } }],
  [
    /^[acdhimrtz]\d/,
    {
      name: "Standard (A, C, D, H, I, M, R, T, Z)",
      codes: { "on-demand": "L-1216C47A", spot: "L-34B43A08" },
    },
  ],
];

/** The family of an instance type; those with quotas of their own go by the letters that they begin with. */
export function quotaFamily(instanceType: string): QuotaFamily {
  const known = KNOWN.find(([types]) => types.test(instanceType));
  return known?.[1] ?? { name: /^[a-z]*/.exec(instanceType)?.[0] ?? "" };
}
