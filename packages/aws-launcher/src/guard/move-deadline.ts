import { SpawnError } from "@spawn/foundation";
import { explainAwsError } from "../aws/aws-errors.js";
import type { Ec2Parts } from "../ec2-parts.js";
import type { Ec2Instance } from "../instances/ec2-instance.js";
import { GUARD_GRACE_MS } from "../plan/launch-plan.js";
import { callerIdentity } from "../plan/survey.js";
import { putRequest } from "../requests/put-request.js";
import { guardInstance, prepareGuard } from "./deadline-schedule.js";

/**
 * Moves an instance's deadline to a later one: the guard first, then the tag that gc goes by, then the instance itself, so
 * that none of them ends it too early. Where one of them fails, those before it are moved back.
 *
 * @param deadline RFC 3339
 * @throws SpawnError saying what has moved, where that could not be taken back.
 */
export async function moveDeadline(parts: Ec2Parts, instance: Ec2Instance, deadline: string): Promise<void> {
  const { account, partition } = await callerIdentity(parts.clients);
  const roleArn = await prepareGuard(parts, partition, account);
  const outside = { instanceId: instance.instanceId, roleArn, partition };
  try {
    await moveOutside(parts, outside, deadline);
    await putRequest(parts, instance.queueId, { kind: "extend", deadline });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    throw await takenBack(parts, outside, instance, deadline, error);
  }
}

interface Outside {
  readonly instanceId: string;
  readonly roleArn: string;
  readonly partition: string;
}

async function moveOutside({ clients, clock }: Ec2Parts, outside: Outside, deadline: string): Promise<void> {
  const endsAt = new Date(Date.parse(deadline) + GUARD_GRACE_MS).toISOString();
  await guardInstance(clients, clock, { ...outside, endsAt });
  const Tags = [{ Key: "spawn:ttl-expires-at", Value: deadline }];
  try {
    await (await clients.ec2()).createTags({ Resources: [outside.instanceId], Tags });
  } catch (error) {
    throw explainAwsError(`the deadline of ${outside.instanceId} cannot be moved`, error);
  }
}

async function takenBack(
  parts: Ec2Parts,
  outside: Outside,
  { instanceId, deadline: before }: Ec2Instance,
  deadline: string,
  cause: SpawnError,
): Promise<SpawnError> {
  const hint = cause.hint === undefined ? {} : { hint: cause.hint };
  try {
    await moveOutside(parts, outside, before);
    const message = `${instanceId} ends at ${before}, as before: ${cause.message}`;
    return new SpawnError(cause.code, message, { ...hint, cause });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    const message = `${instanceId} still ends at ${before}, though its schedule and its tag may say ${deadline}: ${cause.message}; ${error.message}`;
    return new SpawnError(cause.code, message, { ...hint, cause });
  }
}
