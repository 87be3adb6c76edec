import type { SpawnError } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { awsMessage, explainAwsError, kindOf } from "../aws/aws-errors.js";
import type { RoleChoice } from "../request.js";
import { type Findings, found, noted } from "./problem.js";

/** IAM's limit for the inline policies of a role, in characters without white space. */
const LONGEST_POLICY = 10_240;

/** Whether the role that is to be made, or is there already, will do. @param policy of the one that is to be made */
export async function roleFindings(
  clients: AwsClients,
  role: RoleChoice,
  policy: string | undefined,
): Promise<Findings> {
  if (role.kind === "existing") return await profileFindings(clients, role.profile);
  const length = policy?.replace(/\s/g, "").length ?? 0;
  if (length <= LONGEST_POLICY) return noted();
  return found(
    `the policy of the instance's role has ${length} characters, and IAM takes ${LONGEST_POLICY}: shorten the policy file, or make a role yourself and name its profile with --iam-role`,
  );
}

async function profileFindings(clients: AwsClients, profile: string): Promise<Findings> {
  try {
    const { InstanceProfile } = await (await clients.iam()).getInstanceProfile({
      InstanceProfileName: profile,
    });
    if ((InstanceProfile?.Roles ?? []).length > 0) return noted();
    return found(
      `the instance profile ${profile} has no role: add one, aws iam add-role-to-instance-profile`,
    );
  } catch (error) {
    if (kindOf(error) === "not-found") {
      return found(
        `there is no instance profile ${profile}: --iam-role takes the name of a profile, which aws iam list-instance-profiles shows`,
      );
    }
    if (kindOf(error) === "denied") {
      return noted(
        `whether there is an instance profile ${profile} could not be checked: ${awsMessage(error)}`,
      );
    }
    throw explained(profile, error);
  }
}

function explained(profile: string, error: unknown): SpawnError {
  return explainAwsError(`the instance profile ${profile} cannot be looked up`, error);
}
