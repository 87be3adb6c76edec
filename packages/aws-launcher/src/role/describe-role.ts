import type { AwsClients } from "../aws/aws-clients.js";
import { explainAwsError, kindOf } from "../aws/aws-errors.js";

/** What an instance may do, by the names of its role and policies. */
export interface RoleDescription {
  readonly role: string;
  /** Those of the role itself, then those attached to it. */
  readonly policies: readonly string[];
}

/**
 * The role of an instance profile; `undefined` where there is none any more.
 *
 * @throws SpawnError `permission-denied`, `aws-failed`.
 */
export async function describeRole(
  clients: AwsClients,
  profile: string,
): Promise<RoleDescription | undefined> {
  const iam = await clients.iam();
  try {
    const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName: profile });
    const RoleName = InstanceProfile?.Roles?.[0]?.RoleName;
    if (RoleName === undefined) return undefined;
    const [own, attached] = await Promise.all([
      iam.listRolePolicies({ RoleName }),
      iam.listAttachedRolePolicies({ RoleName }),
    ]);
    const names = (attached.AttachedPolicies ?? []).flatMap(({ PolicyName }) => PolicyName ?? []);
    return { role: RoleName, policies: [...(own.PolicyNames ?? []), ...names] };
  } catch (error) {
    if (kindOf(error) === "not-found") return undefined;
    throw explainAwsError(`the role of ${profile} cannot be read`, error);
  }
}
