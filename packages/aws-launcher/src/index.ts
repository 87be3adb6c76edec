export {
  type CostAlert,
  type CostAlertRequest,
  createCostAlert,
  deleteCostAlert,
  listCostAlerts,
} from "./alerts/cost-alerts.js";
export { AwsClients, type AwsConnection } from "./aws/aws-clients.js";
export { configuredRegion } from "./aws/configured-region.js";
export { type CostTotal, costTotal, type InstanceCost, instanceCost } from "./costs/instance-cost.js";
export { type LastSign, lastSign } from "./costs/last-sign.js";
export { needsLastSign, type PaidInstance, type PaidUntil, paidInstance } from "./costs/paid-instance.js";
export { type QueueInstances, queueInstances } from "./costs/queue-instances.js";
export type { DrainLook } from "./drain.js";
export { Ec2Launcher, type PlannedLaunch } from "./ec2-launcher.js";
export type { Ec2Parts } from "./ec2-parts.js";
export { gc } from "./gc/gc.js";
export type { GcItem, GcKind, GcReport } from "./gc/gc-report.js";
export { type Ec2Instance, isLive } from "./instances/ec2-instance.js";
export { findInstance, findInstances, findMadeInstance } from "./instances/find-instances.js";
export { endLeftovers } from "./launch/end-leftovers.js";
export { refuseBeingLaunched } from "./launch/launch-claim.js";
export type { LaunchEvent } from "./launch/launch-events.js";
export { type Leftover, leftoverOf, leftovers } from "./launch/leftovers.js";
export { type Processes, systemProcesses } from "./launch/reconcile.js";
export {
  type LaunchRecipe,
  readStoredInstance,
  readStoredLaunch,
  type StoredInstance,
  type StoredLaunch,
} from "./launch/stored-instance.js";
export type { Architecture } from "./plan/images.js";
export type { LaunchPlan, Rung } from "./plan/launch-plan.js";
export {
  callerIdentity,
  type InstanceTypeFacts,
  type Survey,
  type SurveyRequest,
  survey,
} from "./plan/survey.js";
export { describePriceSource, type Price, type PriceSource } from "./prices/price.js";
export { type PricedInstance, Prices } from "./prices/prices.js";
export type { Ec2LaunchRequest, MarketChoice, RoleChoice, ShippedFolder } from "./request.js";
export { putRequest, type QueueRequest } from "./requests/put-request.js";
export { describeRole, type RoleDescription } from "./role/describe-role.js";
export { POLICY_TEMPLATES, policyStatements, templateActions } from "./role/policy-templates.js";
