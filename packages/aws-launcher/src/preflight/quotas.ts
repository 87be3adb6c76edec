import type { AwsClients } from "../aws/aws-clients.js";
import type { Rung } from "../plan/launch-plan.js";
import { quotaFamily } from "../plan/quota-family.js";
import type { Problem } from "./problem.js";

export interface QuotaFindings {
  /** Those that quotas leave. */
  readonly rungs: readonly Rung[];
  /** Where they leave none. */
  readonly problems: readonly Problem[];
  /** What could not be checked, and what is not tried, in words. */
  readonly notes: readonly string[];
}

/** Which ways to get an instance the account's quotas leave, were there no other instance. */
export async function quotaFindings(clients: AwsClients, rungs: readonly Rung[]): Promise<QuotaFindings> {
  const asked = new Map<string, Promise<number | undefined>>();
  const limitOf = (code: string): Promise<number | undefined> => {
    const limit = asked.get(code) ?? quotaValue(clients, code);
    asked.set(code, limit);
    return limit;
  };
  const notes = new Set<string>();
  const refused = new Map<string, string>();
  const left: Rung[] = [];
  for (const finding of await Promise.all(rungs.map((rung) => findingOf(rung, limitOf)))) {
    const { rung, note, refusal } = finding;
    if (note !== undefined) notes.add(note);
    if (refusal === undefined) left.push(rung);
    else refused.set(refusal, `${rung.instanceType} (${rung.market}) is not tried`);
  }
  if (left.length === 0) {
    const problems = [...refused.keys()].map((message) => ({ code: "quota-exceeded" as const, message }));
    return { rungs: left, problems, notes: [...notes] };
  }
  const untried = [...refused].map(([refusal, words]) => `${words}: ${refusal}`);
  return { rungs: left, problems: [], notes: [...notes, ...untried] };
}

interface Finding {
  readonly rung: Rung;
  readonly note?: string;
  readonly refusal?: string;
}

async function findingOf(
  rung: Rung,
  limitOf: (code: string) => Promise<number | undefined>,
): Promise<Finding> {
  const { instanceType, market, cpus } = rung;
  const { name, codes } = quotaFamily(instanceType);
  if (codes === undefined) return { rung, note: `the quota for ${instanceType} could not be checked` };
  const code = codes[market];
  const limit = code === undefined ? undefined : await limitOf(code);
  // Whoever may launch need not be allowed to look at quotas: the launch itself would tell.
  if (limit === undefined) return { rung, note: `the quota for ${name} instances could not be checked` };
  if (limit >= cpus) return { rung };
  const refusal = `the quota for ${market} ${name} instances is ${limit} vCPUs, and ${instanceType} has ${cpus}: raise ${code} in Service Quotas`;
  return { rung, refusal };
}

/** `undefined` where it cannot be read. */
async function quotaValue(clients: AwsClients, QuotaCode: string): Promise<number | undefined> {
  try {
    const { Quota } = await (await clients.quotas()).getServiceQuota({ ServiceCode: "ec2", QuotaCode });
    return Quota?.Value;
  } catch {
    return undefined;
  }
}
