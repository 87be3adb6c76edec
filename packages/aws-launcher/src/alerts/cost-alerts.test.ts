import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";
import { createCostAlert, deleteCostAlert, listCostAlerts } from "./cost-alerts.js";

const ACCOUNT = "123456789012";
const NOBODY = { emails: [], snsTopics: [] };

let moto: Moto;
let rig: Rig;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

beforeEach(async () => {
  await moto.reset();
  rig = new Rig(moto);
});

afterEach(() => rig.close());

describe("cost alerts", () => {
  it("are monthly budgets on spawn's tag, with somebody to tell", async () => {
    const request = {
      thresholdUsd: 100,
      emails: ["me@example.org"],
      snsTopics: ["arn:aws:sns:us-east-1:1:t"],
    };
    expect(await createCostAlert(rig.clients, ACCOUNT, request)).toMatchObject({ name: "spawn-cost-100" });
    const sent = JSON.parse(rig.handler.calls.at(-1)?.body ?? "{}");
    expect(sent).toMatchObject({
      AccountId: ACCOUNT,
      Budget: {
        BudgetType: "COST",
        TimeUnit: "MONTHLY",
        BudgetLimit: { Amount: "100", Unit: "USD" },
        CostFilters: { TagKeyValue: ["user:spawn:managed$true"] },
      },
      NotificationsWithSubscribers: [
        {
          Notification: { NotificationType: "ACTUAL", Threshold: 100, ThresholdType: "PERCENTAGE" },
          Subscribers: [
            { SubscriptionType: "EMAIL", Address: "me@example.org" },
            { SubscriptionType: "SNS", Address: "arn:aws:sns:us-east-1:1:t" },
          ],
        },
      ],
    });
    expect(await listCostAlerts(rig.clients, ACCOUNT)).toEqual([
      { name: "spawn-cost-100", thresholdUsd: 100, spentUsd: 0 },
    ]);
  });

  it("are made once under a name, and deleted by it", async () => {
    await createCostAlert(rig.clients, ACCOUNT, { thresholdUsd: 5, ...NOBODY });
    const again = createCostAlert(rig.clients, ACCOUNT, { thresholdUsd: 5, ...NOBODY });
    await expect(again).rejects.toMatchObject({ code: "bad-arguments", hint: /spawn alerts delete/ });
    await deleteCostAlert(rig.clients, ACCOUNT, "spawn-cost-5");
    expect(await listCostAlerts(rig.clients, ACCOUNT)).toEqual([]);
  });

  it("of somebody else are neither listed nor deleted", async () => {
    const Budget = {
      BudgetName: "all",
      BudgetType: "COST" as const,
      TimeUnit: "MONTHLY" as const,
      BudgetLimit: { Amount: "9", Unit: "USD" },
    };
    await (await rig.clients.budgets()).createBudget({ AccountId: ACCOUNT, Budget });
    expect(await listCostAlerts(rig.clients, ACCOUNT)).toEqual([]);
    await expect(deleteCostAlert(rig.clients, ACCOUNT, "all")).rejects.toMatchObject({
      code: "bad-arguments",
    });
  });

  it("that may not be looked at are an error, not none", async () => {
    rig.handler.fault = () => "error";
    await expect(listCostAlerts(rig.clients, ACCOUNT)).rejects.toMatchObject({ code: "permission-denied" });
  });
});
