import type { Ec2Parts } from "../ec2-parts.js";
import { agentConfigText } from "../plan/agent-config.js";
import type { Architecture } from "../plan/images.js";
import type { LaunchPlan } from "../plan/launch-plan.js";
import { userData } from "../plan/user-data.js";
import type { Ec2LaunchRequest } from "../request.js";
import { presignRunner, storeRunner } from "./runner-object.js";

const COMPLETION_FILE = "/tmp/SPAWN_COMPLETE";
const COMPLETION_DELAY_MS = 30_000;

/** The user data for each architecture; the runner is stored and its URL signed when it is first asked for. */
export function bootstrap(
  parts: Ec2Parts,
  request: Ec2LaunchRequest,
  plan: LaunchPlan,
  generation: number,
): (architecture: Architecture) => Promise<string> {
  const made = new Map<Architecture, Promise<string>>();
  const make = async (architecture: Architecture): Promise<string> => {
    const { clients, clock, runners, bucket, prefix } = parts;
    const source = { binaries: runners, bucket, prefix, account: plan.home.account };
    const runner = await storeRunner(clients, source, architecture);
    return userData({
      ttlMs: request.ttlMs,
      agentConfig: agentConfigText({
        ...request,
        generation,
        region: plan.home.region,
        account: plan.home.account,
        store: `s3://${bucket}/${prefix}`,
        deadline: plan.deadline,
        completionFile: request.completionFile ?? COMPLETION_FILE,
        completionDelayMs: request.completionDelayMs ?? COMPLETION_DELAY_MS,
        ...(request.workdir === undefined ? {} : { workdirSha256: request.workdir.sha256 }),
        ...(request.fromStore === undefined ? {} : { resume: request.fromStore }),
      }),
      runnerUrl: await presignRunner(clients, clock, source, runner),
      runnerSha256: runner.sha256,
    });
  };
  return (architecture) => {
    const text = made.get(architecture) ?? make(architecture);
    made.set(architecture, text);
    return text;
  };
}
