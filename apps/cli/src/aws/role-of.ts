import type { Ec2Instance } from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import type { RoleKnowledge } from "../render/ec2-instance-text.js";
import type { Ec2Access } from "./ec2-access.js";

/** What is known of an instance's role: whoever may look at instances need not be allowed to look at roles. */
export async function roleOf(
  { clients }: Ec2Access,
  { profile, state }: Ec2Instance,
): Promise<RoleKnowledge> {
  if (profile === undefined) return { kind: state === "terminated" ? "untold" : "none" };
  try {
    const { describeRole } = await import("@spawn/aws-launcher");
    const described = await describeRole(clients, profile);
    return described === undefined ? { kind: "removed", profile } : { kind: "known", ...described };
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return { kind: "unreadable", profile, why: error.message };
  }
}
