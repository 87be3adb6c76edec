import { describePriceSource, type Ec2Instance, type Price } from "@spawn/aws-launcher";
import { formatDuration, formatSize } from "@spawn/foundation";
import { type EstimatedDuration, wallTimeIn } from "@spawn/status-model";
import type { PreparedEc2Launch } from "../launching/ec2/prepare-ec2-launch.js";
import type { ChosenWorkdir } from "../launching/workdir/choose-workdir.js";
import { dollars, exactPrice } from "./dollars.js";
import { fetchedWords } from "./fetched-words.js";
import { runtimeLine } from "./launch-report.js";
import type { Palette } from "./palette.js";

const HOUR_MS = 3_600_000;

/** What is said before a launch on EC2. */
export function ec2LaunchHeading({ request, spec, access, workdir }: PreparedEc2Launch): string {
  const name = spec.queueName === undefined ? "" : ` (${spec.queueName})`;
  const { market } = request;
  const fallback = market.kind === "spot" && market.orOnDemand ? ", else on-demand" : "";
  return [
    "🚀 Launching batch queue...",
    "",
    `Queue: ${request.queueId}${name}`,
    `Jobs: ${spec.jobs.length}`,
    `Instance Type: ${request.instanceTypes.join(", else ")} (${market.kind}${fallback})`,
    `Region: ${access.region}`,
    `TTL: ${formatDuration(request.ttlMs)}`,
    ...(workdir === undefined ? [] : workdirLines(workdir)),
  ].join("\n");
}

function workdirLines({ root, files, size, git, fetched }: ChosenWorkdir): readonly string[] {
  const commit =
    git === undefined ? "" : `, git ${git.commit.slice(0, 7)}${git.dirty ? " with changes" : ""}`;
  const count = `${files.length} ${files.length === 1 ? "file" : "files"}`;
  return [
    `Work Folder: ${root} (${count}, ${formatSize(size)}${commit})`,
    ...(fetched.length === 0 ? [] : [`Left Out: ${fetchedWords(fetched)}`]),
  ];
}

/** What an instance costs if it lives as long as it may; `undefined` where nobody knows the price. */
export function estimatedCost(ttlMs: number, price: Price | undefined): number | undefined {
  return price === undefined ? undefined : (price.usd * ttlMs) / HOUR_MS;
}

/** `Estimated cost: ~$0.0052 (30m × $0.0104/hour; AWS price list, 2026-01-27)` */
export function costLine(ttlMs: number, price: Price | undefined): string {
  const cost = estimatedCost(ttlMs, price);
  if (price === undefined || cost === undefined) return "Estimated cost: unknown (no price could be had)";
  return `Estimated cost: ~${dollars(cost)} (${formatDuration(ttlMs)} × ${exactPrice(price.usd)}/hour; ${describePriceSource(price.source)})`;
}

/** What is said after it. */
export function ec2LaunchReport(
  input: {
    readonly instance: Ec2Instance;
    /** What later commands call the queue by. */
    readonly ref: string;
    readonly ttlMs: number;
    readonly estimate: EstimatedDuration;
    readonly price: Price | undefined;
  },
  palette: Palette,
): string {
  const { instance, ref, ttlMs, estimate, price } = input;
  return [
    palette.good("Instance launched! 🎉"),
    "",
    `Instance ID: ${instance.instanceId}`,
    `Queue ID: ${instance.queueId}`,
    `Instance Type: ${instance.instanceType} in ${instance.zone} (${instance.market})`,
    `Ends: ${wallTimeIn().shown(Date.parse(instance.deadline))} at the latest`,
    "",
    "The instance fetches the runner and starts the queue by itself: look again in a minute.",
    "",
    "Monitor:",
    `  spawn queue status ${ref}`,
    `  spawn queue status ${ref} --watch`,
    "",
    `Results: ${instance.results}`,
    costLine(ttlMs, price),
    runtimeLine(estimate),
  ].join("\n");
}

/** What is said after a queue was launched again. */
export function ec2ResumeReport(
  input: {
    readonly instance: Ec2Instance;
    readonly ref: string;
    readonly ttlMs: number;
    readonly price: Price | undefined;
  },
  palette: Palette,
): string {
  const { instance, ref, ttlMs, price } = input;
  return [
    palette.good(
      `Resumed on ${instance.instanceId} (${instance.instanceType} in ${instance.zone}, ${instance.market})`,
    ),
    `Ends: ${wallTimeIn().shown(Date.parse(instance.deadline))} at the latest`,
    costLine(ttlMs, price),
    `Watch it: spawn queue status ${ref} --watch`,
  ].join("\n");
}

/** What `--dry-run` says: all that would be made, in the order in which it is tried. */
export function ec2DryRun(prepared: PreparedEc2Launch): string {
  const { request, planned, place, price, estimate, isTaken } = prepared;
  const { plan } = planned;
  const rungs = plan.rungs.map(
    ({ instanceType, zone, market }, at) => `  ${at + 1}. ${instanceType} in ${zone} (${market})`,
  );
  const [first] = plan.rungs;
  const bucket = place.isMissing ? " (the bucket will be made)" : "";
  const carried = Object.keys(request.carried);
  const isNumbered = isTaken && !prepared.options.overwrite;
  return [
    "Dry run: nothing is made.",
    "",
    ec2LaunchHeading(prepared).split("\n").slice(2).join("\n"),
    ...(isNumbered ? [`${request.queueId} is taken: this run would get a number after it`] : []),
    "Tried in this order:",
    ...rungs,
    ...(first === undefined ? [] : [`Image: ${first.imageId}, root volume ${first.rootSizeGiB} GiB`]),
    `Role: ${roleWords(prepared)}`,
    `SSH: ${request.ssh === undefined ? "no port is open" : `let in from ${request.ssh.from}`}`,
    ...(carried.length === 0 ? [] : [`Carried Variables: ${carried.join(", ")}`]),
    `Results: ${place.storeRoot}${request.queueId}${isNumbered ? "-NUMBER" : ""}/${bucket}`,
    costLine(request.ttlMs, price),
    runtimeLine(estimate),
    "",
    "Looked at: the queue file, types, zones, images, subnets, quotas, role and secrets.",
    "Tried: whether you may run the instance. What else a launch needs cannot be tried",
    "without making something: docs/aws/permissions.md lists it.",
  ].join("\n");
}

function roleWords({ request: { role } }: PreparedEc2Launch): string {
  if (role.kind === "existing") return `${role.profile} (an instance profile of your own)`;
  const more = [...role.templates, ...(role.statements.length > 0 ? ["the policy file"] : [])];
  return `made for this queue${more.length === 0 ? "" : `, with ${more.join(", ")}`}`;
}
