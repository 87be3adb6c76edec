import type { Clock } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { awsErrorName, explainAwsError, kindOf } from "../aws/aws-errors.js";
import { onceKnown } from "../aws/once-known.js";
import { patiently } from "../aws/patience.js";
import { together } from "../aws/together.js";
import { queueTags, tagList } from "../plan/tags.js";
import { INSTANCE_TRUST } from "./role-policy.js";

const POLICY_NAME = "spawn";
/** For so long IAM may hold what was taken from a role against removing it. */
const LET_GO_WITHIN_MS = 30_000;

/**
 * Makes the role and the instance profile of a queue, of one name, or brings those that are there up to date.
 *
 * @throws SpawnError `permission-denied`, `quota-exceeded`, `aws-failed`.
 */
export async function makeInstanceRole(
  clients: AwsClients,
  clock: Clock,
  name: string,
  queueId: string,
  policy: string,
): Promise<void> {
  const iam = await clients.iam();
  const Tags = tagList({ ...queueTags(queueId), "spawn:region": clients.region });
  try {
    await unlessThere(clock, () =>
      iam.createRole({ RoleName: name, AssumeRolePolicyDocument: INSTANCE_TRUST, Tags }),
    );
    await together([
      onceKnown(clock, () =>
        iam.putRolePolicy({ RoleName: name, PolicyName: POLICY_NAME, PolicyDocument: policy }),
      ),
      unlessThere(clock, () => iam.createInstanceProfile({ InstanceProfileName: name, Tags })),
    ]);
    await onceKnown(clock, () => addRole(clients, name));
  } catch (error) {
    throw explainAwsError(`the role ${name} cannot be made`, error);
  }
}

async function addRole(clients: AwsClients, name: string): Promise<void> {
  try {
    await (await clients.iam()).addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
  } catch (error) {
    // A profile holds one role: a second one is refused as a matter of limits.
    if (kindOf(error) !== "quota" && kindOf(error) !== "exists") throw error;
  }
}

/** Removes what `makeInstanceRole` made; what is gone already is no error. */
export async function removeInstanceRole(clients: AwsClients, clock: Clock, name: string): Promise<void> {
  const iam = await clients.iam();
  const worthwhile = (error: unknown): boolean => awsErrorName(error).startsWith("DeleteConflict");
  const onceLetGo = (remove: () => Promise<unknown>): Promise<unknown> =>
    patiently({ clock, withinMs: LET_GO_WITHIN_MS, worthwhile }, remove);
  try {
    await unlessGone(() => emptyProfile(clients, name));
    await together([
      unlessGone(() => onceLetGo(() => iam.deleteInstanceProfile({ InstanceProfileName: name }))),
      unlessGone(() => iam.deleteRolePolicy({ RoleName: name, PolicyName: POLICY_NAME })),
    ]);
    await unlessGone(() => onceLetGo(() => iam.deleteRole({ RoleName: name })));
  } catch (error) {
    throw explainAwsError(`the role ${name} cannot be removed`, error);
  }
}

async function emptyProfile(clients: AwsClients, InstanceProfileName: string): Promise<void> {
  const iam = await clients.iam();
  const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName });
  for (const { RoleName } of InstanceProfile?.Roles ?? []) {
    await iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName });
  }
}

async function unlessThere(clock: Clock, make: () => Promise<unknown>): Promise<void> {
  try {
    await onceKnown(clock, make);
  } catch (error) {
    if (kindOf(error) !== "exists") throw error;
  }
}

async function unlessGone(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (kindOf(error) !== "not-found") throw error;
  }
}
