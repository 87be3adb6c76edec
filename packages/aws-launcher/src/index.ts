export { AwsClients, type AwsConnection } from "./aws/aws-clients.js";
export { Ec2Launcher } from "./ec2-launcher.js";
export type { Ec2Parts } from "./ec2-parts.js";
export type { Ec2Instance } from "./instances/ec2-instance.js";
export type { LaunchEvent } from "./launch/launch-events.js";
export { type Processes, systemProcesses } from "./launch/reconcile.js";
export type { LaunchPlan, Rung } from "./plan/launch-plan.js";
export type { Ec2LaunchRequest, MarketChoice, RoleChoice } from "./request.js";
export { POLICY_TEMPLATES, policyStatements } from "./role/policy-templates.js";
