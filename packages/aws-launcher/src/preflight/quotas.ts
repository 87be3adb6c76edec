import type { AwsClients } from "../aws/aws-clients.js";
import type { InstanceTypeFacts } from "../plan/survey.js";
import type { MarketChoice } from "../request.js";
import type { Problem } from "./problem.js";

/** Quotas count vCPUs, one for each of these families; codes as in Service Quotas, on-demand and spot. */
const FAMILIES: readonly {
  readonly name: string;
  readonly types: RegExp;
  readonly onDemand: string;
  readonly spot: string;
}[] = [
  { name: "G and VT", types: /^(g|vt)\d/, onDemand: "L-DB2E81BA", spot: "L-3819A6DF" },
  { name: "P", types: /^p\d/, onDemand: "L-417A185B", spot: "L-7212CCBC" },
  {
    name: "Standard (A, C, D, H, I, M, R, T, Z)",
    types: /^[acdhimrtz]\d/,
    onDemand: "L-1216C47A",
    spot: "L-34B43A08",
  },
];

export interface QuotaFindings {
  readonly problems: readonly Problem[];
  /** What could not be checked, in words. */
  readonly notes: readonly string[];
}

/** Whether the account's quotas leave room for one instance of at least one of the types at all. */
export async function quotaFindings(
  clients: AwsClients,
  types: readonly InstanceTypeFacts[],
  market: MarketChoice,
): Promise<QuotaFindings> {
  const findings = await Promise.all(types.map((type) => findingOf(clients, type, market)));
  const problems = findings.flatMap(({ problem }) => problem ?? []);
  const notes = [...new Set(findings.flatMap(({ note }) => note ?? []))];
  // Another type of the list may still fit.
  return problems.length === types.length
    ? { problems, notes }
    : { problems: [], notes: [...notes, ...problems.map(({ message }) => message)] };
}

interface Finding {
  readonly problem?: Problem;
  readonly note?: string;
}

async function findingOf(
  clients: AwsClients,
  type: InstanceTypeFacts,
  market: MarketChoice,
): Promise<Finding> {
  const family = FAMILIES.find(({ types }) => types.test(type.instanceType));
  if (family === undefined) return { note: `the quota for ${type.instanceType} could not be checked` };
  const onDemand = market.kind === "on-demand" || market.orOnDemand;
  const QuotaCode = onDemand ? family.onDemand : family.spot;
  try {
    const { Quota } = await (await clients.quotas()).getServiceQuota({ ServiceCode: "ec2", QuotaCode });
    if (Quota?.Value === undefined || Quota.Value >= type.cpus) return {};
    const message = `the quota for ${onDemand ? "on-demand" : "spot"} ${family.name} instances is ${Quota.Value} vCPUs, and ${type.instanceType} has ${type.cpus}: raise ${QuotaCode} in Service Quotas`;
    return { problem: { code: "quota-exceeded", message } };
  } catch {
    // Whoever may launch need not be allowed to look at quotas: the launch itself would tell.
    return { note: `the quota for ${family.name} instances could not be checked` };
  }
}
