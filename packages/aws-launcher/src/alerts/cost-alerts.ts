import type { Budget, Subscriber } from "@aws-sdk/client-budgets";
import { SpawnError } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { explainAwsError, kindOf } from "../aws/aws-errors.js";
import { MANAGED_TAG } from "../plan/names.js";

const NAME_PREFIX = "spawn-cost-";

/** A budget of AWS for what spawn's instances cost in a month. */
export interface CostAlert {
  readonly name: string;
  /** US dollars a month. */
  readonly thresholdUsd: number;
  /** US dollars in this month so far, as AWS Budgets counts some times a day; `undefined` where it has not counted yet. */
  readonly spentUsd: number | undefined;
}

export interface CostAlertRequest {
  readonly name?: string | undefined;
  readonly thresholdUsd: number;
  /** Who is told when the threshold is passed: mail addresses, ARNs of SNS topics. */
  readonly emails: readonly string[];
  readonly snsTopics: readonly string[];
}

/**
 * Makes a monthly budget for all that carries the tag `spawn:managed`, with a message when it is spent.
 *
 * @throws SpawnError `bad-arguments` where there is one of the name; `permission-denied`, `aws-failed`.
 */
export async function createCostAlert(
  clients: AwsClients,
  account: string,
  request: CostAlertRequest,
): Promise<CostAlert> {
  const { thresholdUsd, emails, snsTopics } = request;
  const name = request.name ?? `${NAME_PREFIX}${thresholdUsd}`;
  const Subscribers: Subscriber[] = [
    ...emails.map((Address) => ({ SubscriptionType: "EMAIL" as const, Address })),
    ...snsTopics.map((Address) => ({ SubscriptionType: "SNS" as const, Address })),
  ];
  const Notification = {
    NotificationType: "ACTUAL" as const,
    ComparisonOperator: "GREATER_THAN" as const,
    Threshold: 100,
    ThresholdType: "PERCENTAGE" as const,
  };
  try {
    await (await clients.budgets()).createBudget({
      AccountId: account,
      Budget: {
        BudgetName: name,
        BudgetType: "COST",
        TimeUnit: "MONTHLY",
        BudgetLimit: { Amount: String(thresholdUsd), Unit: "USD" },
        CostFilters: { TagKeyValue: [`user:${MANAGED_TAG}$true`] },
      },
      NotificationsWithSubscribers: Subscribers.length === 0 ? [] : [{ Notification, Subscribers }],
    });
  } catch (error) {
    if (kindOf(error) !== "exists") throw explainAwsError("the cost alert cannot be made", error);
    throw new SpawnError("bad-arguments", `there is a cost alert ${name} already`, {
      hint: `Give another --name, or delete it first: spawn alerts delete ${name}`,
      cause: error,
    });
  }
  return { name, thresholdUsd, spentUsd: undefined };
}

/** Those that watch the tag `spawn:managed`, whoever made them. @throws SpawnError `permission-denied`, `aws-failed`. */
export async function listCostAlerts(clients: AwsClients, account: string): Promise<readonly CostAlert[]> {
  const budgets = await clients.budgets();
  const alerts: CostAlert[] = [];
  try {
    let NextToken: string | undefined;
    do {
      const page = await budgets.describeBudgets({
        AccountId: account,
        ...(NextToken === undefined ? {} : { NextToken }),
      });
      alerts.push(...(page.Budgets ?? []).filter(watchesSpawn).map(alertOf));
      NextToken = page.NextToken ?? undefined;
    } while (NextToken !== undefined);
  } catch (error) {
    throw explainAwsError("the cost alerts cannot be listed", error);
  }
  return alerts;
}

/** @throws SpawnError `bad-arguments` for a name that is none of `listCostAlerts`. */
export async function deleteCostAlert(clients: AwsClients, account: string, name: string): Promise<void> {
  const known = await listCostAlerts(clients, account);
  if (!known.some((alert) => alert.name === name)) {
    const names = known.map((alert) => alert.name).join(", ");
    throw new SpawnError("bad-arguments", `there is no cost alert ${name}`, {
      hint: names === "" ? "There is none at all." : `There are: ${names}`,
    });
  }
  try {
    await (await clients.budgets()).deleteBudget({ AccountId: account, BudgetName: name });
  } catch (error) {
    throw explainAwsError(`the cost alert ${name} cannot be deleted`, error);
  }
}

function watchesSpawn({ CostFilters = {} }: Budget): boolean {
  return (CostFilters.TagKeyValue ?? []).includes(`user:${MANAGED_TAG}$true`);
}

function alertOf({ BudgetName = "", BudgetLimit, CalculatedSpend }: Budget): CostAlert {
  const spent = Number(CalculatedSpend?.ActualSpend?.Amount ?? Number.NaN);
  return {
    name: BudgetName,
    thresholdUsd: Number(BudgetLimit?.Amount),
    spentUsd: Number.isNaN(spent) ? undefined : spent,
  };
}
