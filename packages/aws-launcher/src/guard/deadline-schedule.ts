import type { Clock } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { awsMessage, explainAwsError, kindOf } from "../aws/aws-errors.js";
import { onceKnown } from "../aws/once-known.js";
import { patiently } from "../aws/patience.js";
import { together } from "../aws/together.js";
import { DEADLINE_ROLE, MANAGED_TAG, SCHEDULE_GROUP, scheduleName } from "../plan/names.js";
import { tagList } from "../plan/tags.js";
import { trustOf } from "../role/role-policy.js";

/** A role that was just made is not known everywhere at once. */
const PROPAGATION_MS = 120_000;
const POLICY_NAME = "spawn-deadline";

/**
 * Makes what every schedule needs, once in an account and region: the scheduler's role, which may terminate spawn's
 * instances and nothing else, and the group. Returns the role's ARN.
 */
export async function prepareGuard(
  { clients, clock }: { readonly clients: AwsClients; readonly clock: Clock },
  partition: string,
  account: string,
): Promise<string> {
  const [iam, scheduler] = await Promise.all([clients.iam(), clients.scheduler()]);
  const Tags = tagList({ [MANAGED_TAG]: "true" });
  const makeRole = async (): Promise<void> => {
    await ignoring("exists", () =>
      onceKnown(clock, () =>
        iam.createRole({
          RoleName: DEADLINE_ROLE,
          AssumeRolePolicyDocument: trustOf("scheduler.amazonaws.com"),
          Tags,
        }),
      ),
    );
    const PolicyDocument = deadlinePolicy(partition, account);
    await onceKnown(clock, () =>
      iam.putRolePolicy({ RoleName: DEADLINE_ROLE, PolicyName: POLICY_NAME, PolicyDocument }),
    );
  };
  try {
    await together([
      makeRole(),
      ignoring("exists", () => scheduler.createScheduleGroup({ Name: SCHEDULE_GROUP, Tags })),
    ]);
  } catch (error) {
    throw explainAwsError("the guard that ends instances at their deadline cannot be prepared", error);
  }
  return `arn:${partition}:iam::${account}:role/${DEADLINE_ROLE}`;
}

function deadlinePolicy(partition: string, account: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "ec2:TerminateInstances",
        Resource: `arn:${partition}:ec2:*:${account}:instance/*`,
        Condition: { StringEquals: { [`aws:ResourceTag/${MANAGED_TAG}`]: "true" } },
      },
    ],
  });
}

export interface Guard {
  readonly instanceId: string;
  readonly roleArn: string;
  readonly partition: string;
  /** RFC 3339. */
  readonly endsAt: string;
}

/** Lets AWS terminate the instance at `endsAt`, whatever has become of it; an earlier schedule of it is moved. */
export async function guardInstance(clients: AwsClients, clock: Clock, guard: Guard): Promise<void> {
  const scheduler = await clients.scheduler();
  const schedule = scheduleOf(guard);
  const put = async (): Promise<void> => {
    try {
      await scheduler.createSchedule(schedule);
    } catch (error) {
      if (kindOf(error) !== "exists") throw error;
      await scheduler.updateSchedule(schedule);
    }
  };
  // The group may have been made as lately as the role.
  const worthwhile = (error: unknown): boolean =>
    kindOf(error) === "not-found" || (/role/i.test(awsMessage(error)) && kindOf(error) === "other");
  try {
    await patiently({ clock, withinMs: PROPAGATION_MS, worthwhile }, put);
  } catch (error) {
    throw explainAwsError(`no schedule can be made that ends ${guard.instanceId} at ${guard.endsAt}`, error);
  }
}

function scheduleOf({ instanceId, roleArn, partition, endsAt }: Guard) {
  return {
    Name: scheduleName(instanceId),
    GroupName: SCHEDULE_GROUP,
    ScheduleExpression: `at(${new Date(endsAt).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: "UTC",
    FlexibleTimeWindow: { Mode: "OFF" as const },
    ActionAfterCompletion: "DELETE" as const,
    Target: {
      Arn: `arn:${partition}:scheduler:::aws-sdk:ec2:terminateInstances`,
      RoleArn: roleArn,
      Input: JSON.stringify({ InstanceIds: [instanceId] }),
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
    },
  };
}

/** Takes the schedule back, once the instance is gone; none is no error. */
export async function removeGuard(clients: AwsClients, instanceId: string): Promise<void> {
  const scheduler = await clients.scheduler();
  try {
    await ignoring("not-found", () =>
      scheduler.deleteSchedule({ Name: scheduleName(instanceId), GroupName: SCHEDULE_GROUP }),
    );
  } catch (error) {
    throw explainAwsError(`the schedule of ${instanceId} cannot be removed`, error);
  }
}

async function ignoring(kind: ReturnType<typeof kindOf>, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (kindOf(error) !== kind) throw error;
  }
}
