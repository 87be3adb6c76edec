import { SpawnError } from "@spawn/foundation";
import { awsMessage, kindOf } from "../aws/aws-errors.js";
import { carriedProblems } from "../carried/carried-parameters.js";
import type { Ec2Parts } from "../ec2-parts.js";
import { keyName } from "../network/key-pair.js";
import { imageParameter } from "../plan/images.js";
import { type LaunchPlan, type Rung, runInstancesInput } from "../plan/launch-plan.js";
import type { Survey } from "../plan/survey.js";
import type { Ec2LaunchRequest, RoleChoice } from "../request.js";
import { rolePolicy } from "../role/role-policy.js";
import { clockFindings } from "./clock.js";
import { allOf, type Problem } from "./problem.js";
import { quotaFindings } from "./quotas.js";
import { roleFindings } from "./role-findings.js";
import { secretFindings } from "./secret-findings.js";
import { tagProblems } from "./tag-problems.js";

const SHORTEST_TTL_MS = 60_000;
const LONGEST_TTL_MS = 30 * 86_400_000;
/** Half of what EC2 takes as user data; the rest is room for a session's token. */
const MOST_RERUN_BYTES = 8192;

export interface Preflight {
  /** Those of the plan that may succeed. */
  readonly rungs: readonly Rung[];
  /** What could not be checked, and what is not tried, in words. */
  readonly notes: readonly string[];
}

/**
 * Looks for everything that would make a launch fail, before anything is made or spent.
 *
 * @throws SpawnError with all problems at once, under the code of the first.
 */
export async function preflight(
  parts: Ec2Parts,
  request: Ec2LaunchRequest,
  found: Survey,
  plan: LaunchPlan,
): Promise<Preflight> {
  const { role } = request;
  const policy = role.kind === "made" ? policyOf(parts, role, plan) : undefined;
  const [permissions, quotas, ...looked] = await Promise.all([
    permissionProblems(parts, plan),
    quotaFindings(parts.clients, plan.rungs),
    roleFindings(parts.clients, role, policy?.text),
    secretFindings(parts.clients, role.kind === "made" ? role.secrets : []),
  ]);
  const findings = allOf([clockFindings(parts), ...looked]);
  const problems = [
    ...findings.problems,
    ...requestProblems(request, found, plan),
    ...(policy?.problems ?? []),
    ...typeProblems(parts, request, found),
    ...placeProblems(parts, request, found, plan),
    ...permissions,
    ...quotas.problems,
  ];
  const [first] = problems;
  if (first === undefined) {
    const { rungs, notes } = quotas;
    return { rungs, notes: [...findings.notes, ...notes, ...addressNotes(found, rungs)] };
  }
  const lines = problems.map(({ message }) => message);
  const text =
    lines.length === 1
      ? lines[0]!
      : `${lines.length} things are in the way:\n${lines.map((line) => `  ${line}`).join("\n")}`;
  throw new SpawnError(first.code, text, { hint: "Nothing was made. Put these right, then launch again." });
}

/** The role's policy, or why there is none. */
function policyOf(
  { bucket, prefix }: Ec2Parts,
  role: RoleChoice & { readonly kind: "made" },
  { home, partition }: LaunchPlan,
): { readonly text?: string; readonly problems: readonly Problem[] } {
  let text: string | undefined;
  const problems = caught(() => {
    text = rolePolicy({ ...role, home, partition, bucket, prefix });
  });
  return { problems, ...(text === undefined ? {} : { text }) };
}

function requestProblems(request: Ec2LaunchRequest, found: Survey, { home }: LaunchPlan): readonly Problem[] {
  const carried = carriedProblems(request.carried).map((message) => ({
    code: "bad-arguments" as const,
    message,
  }));
  const problems: Problem[] = [...carried, ...tagProblems(request.tags)];
  if (request.ttlMs < SHORTEST_TTL_MS || request.ttlMs > LONGEST_TTL_MS) {
    problems.push({
      code: "bad-arguments",
      message: "a time to live is at least one minute and at most 30 days",
    });
  }
  if (request.market.kind === "spot" && request.onComplete === "stop") {
    problems.push({
      code: "bad-arguments",
      message:
        "EC2 does not stop a spot instance, it ends it with its disk: leave out --on-complete stop, or --spot",
    });
  }
  const { ssh, fromStore } = request;
  const rerunBytes = Buffer.byteLength(JSON.stringify(fromStore?.rerun ?? []));
  if (rerunBytes > MOST_RERUN_BYTES) {
    const message = `the names of the ${fromStore?.rerun.length} jobs to run again take ${rerunBytes} bytes, and an instance can be told ${MOST_RERUN_BYTES}: name fewer with --rerun`;
    problems.push({ code: "bad-arguments", message });
  }
  if (ssh !== undefined) problems.push(...caught(() => keyName(ssh.publicKey)));
  if (request.ami !== undefined && found.types.length > 0 && Object.keys(found.images).length === 0) {
    problems.push({ code: "bad-arguments", message: `there is no image ${request.ami} in ${home.region}` });
  }
  return problems;
}

function typeProblems({ runners }: Ec2Parts, request: Ec2LaunchRequest, found: Survey): readonly Problem[] {
  const problems: Problem[] = found.unknownTypes.map((type) => ({
    code: "bad-arguments",
    message: `there is no instance type ${type} in this region`,
  }));
  for (const { instanceType, architecture, gpus, gpuMaker } of found.types) {
    const image = found.images[instanceType];
    if (gpus > 0 && gpuMaker !== undefined && gpuMaker !== "NVIDIA" && request.ami === undefined) {
      const message = `${instanceType} has GPUs of ${gpuMaker}, and the image that spawn takes has NVIDIA's driver alone: name one with --ami`;
      problems.push({ code: "bad-arguments", message });
      continue;
    }
    if (image === undefined && request.ami === undefined) {
      const parameter = imageParameter(architecture, gpus > 0);
      const message = `no image for ${instanceType}: SSM does not know ${parameter}; name one with --ami`;
      problems.push({ code: "bad-arguments", message });
    }
    if (image !== undefined && image.architecture !== architecture) {
      const message = `${instanceType} is ${architecture}, and the image ${image.imageId} is for ${image.architecture}`;
      problems.push({ code: "bad-arguments", message });
    }
    if (
      image !== undefined &&
      request.volumeSizeGiB !== undefined &&
      request.volumeSizeGiB < image.rootSizeGiB
    ) {
      const message = `the image ${image.imageId} needs a volume of ${image.rootSizeGiB} GiB, more than ${request.volumeSizeGiB}`;
      problems.push({ code: "bad-arguments", message });
    }
    if (runners[architecture] === undefined) {
      const message = `there is no runner of this version of spawn for ${instanceType} (${architecture}): build it in spawn's repository, npx -y pnpm@10 build:runner`;
      problems.push({ code: "runner-not-found", message });
    }
  }
  return problems;
}

function placeProblems(
  { clients }: Ec2Parts,
  request: Ec2LaunchRequest,
  found: Survey,
  plan: LaunchPlan,
): readonly Problem[] {
  if (found.subnets.length === 0) {
    const message =
      request.subnetId === undefined
        ? `${clients.region} has no default VPC: name a subnet with --subnet, or make one: aws ec2 create-default-vpc`
        : `there is no subnet ${request.subnetId} in ${clients.region}`;
    return [{ code: "bad-arguments", message }];
  }
  const full = found.subnets.filter(({ freeAddresses }) => freeAddresses === 0);
  if (full.length === found.subnets.length) {
    const names = full.map(({ subnetId, zone }) => `${subnetId} (${zone})`).join(", ");
    const message = `no address is left in ${names}: end instances there, or name another subnet with --subnet`;
    return [{ code: "no-capacity", message }];
  }
  const placeable = found.types.filter(({ instanceType }) => found.images[instanceType] !== undefined);
  if (plan.rungs.length > 0 || placeable.length === 0) return [];
  const zones = found.subnets.map(({ zone }) => zone).join(", ");
  const message = `none of ${request.instanceTypes.join(", ")} is offered where there is a subnet to use (${zones})`;
  return [{ code: "bad-arguments", message }];
}

/** The request asks for no public address of its own: an instance has what its subnet gives it. */
function addressNotes({ subnets }: Survey, rungs: readonly Rung[]): readonly string[] {
  const used = new Set(rungs.map(({ subnetId }) => subnetId));
  return subnets
    .filter(({ subnetId, isPublic }) => used.has(subnetId) && !isPublic)
    .map(
      ({ subnetId, zone }) =>
        `${subnetId} (${zone}) gives no public address: without a NAT gateway there, an instance cannot reach AWS, runs nothing and ends by itself`,
    );
}

/** Whether the caller may make the instance, asked without making one. */
async function permissionProblems({ clients }: Ec2Parts, plan: LaunchPlan): Promise<readonly Problem[]> {
  const [rung] = plan.rungs;
  if (rung === undefined) return [];
  const around = {
    generation: 0,
    launch: "",
    profile: "",
    groupId: "",
    userData: "",
    tags: { "spawn:managed": "true" },
  };
  const {
    IamInstanceProfile: _none,
    SecurityGroupIds: _default,
    ClientToken: _token,
    ...input
  } = runInstancesInput(plan, rung, around);
  try {
    await (await clients.ec2()).runInstances({ ...input, DryRun: true });
    return [];
  } catch (error) {
    if (/DryRunOperation/.test(String(error))) return [];
    const kind = kindOf(error);
    if (kind !== "denied" && kind !== "credentials") return [];
    return [
      {
        code: "permission-denied",
        message: `you may not make instances (ec2:RunInstances): ${awsMessage(error)}`,
      },
    ];
  }
}

function caught(check: () => unknown): readonly Problem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return [
      {
        code: error.code,
        message: error.hint === undefined ? error.message : `${error.message} (${error.hint})`,
      },
    ];
  }
}
