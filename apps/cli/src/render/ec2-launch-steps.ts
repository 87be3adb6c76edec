import { formatSize, unreachable } from "@spawn/foundation";
import { wallTimeIn } from "@spawn/status-model";
import type { Ec2LaunchStep } from "../launching/ec2/launch-on-ec2.js";
import { fetchedWords } from "./fetched-words.js";
import type { Palette } from "./palette.js";

/** What is on its way, and how far. */
export type Transfer = Extract<Ec2LaunchStep, { readonly sent: number }>;

export function isTransfer(step: Ec2LaunchStep): step is Transfer {
  return "sent" in step;
}

export function transferName({ type }: Transfer): string {
  return type === "shipping" ? "Shipping the work folder" : "Storing the runner";
}

/** A step of a launch on EC2, as a line of its progress. */
export function ec2StepLine(step: Exclude<Ec2LaunchStep, Transfer>, palette: Palette): string {
  const done = palette.good("✓");
  switch (step.type) {
    case "bucket-made":
      return `  ${done} Making the results bucket ${step.storeRoot}`;
    case "packing":
      return `  … Packing the work folder${step.without.length === 0 ? "" : ` without ${fetchedWords(step.without)}`}`;
    case "packed":
      return `  ${done} Packing the work folder (${formatSize(step.packed.size)})`;
    case "packing-runner":
      return "  … Packing the runner, once for this version of it";
    case "claimed":
      return `  ${done} Claiming queue ID`;
    case "requesting":
      return `  … Asking for ${rungWords(step)}`;
    case "refused":
      return `  ${palette.bad("✗")} ${rungWords(step)}: ${step.reason}`;
    case "waiting":
      return `  … Waiting: ${step.reason}`;
    case "made":
      return `  ${done} Launching instance (${step.instanceId})`;
    case "guarded":
      return `  ${done} Guarding it (AWS ends it at ${wallTimeIn().shown(Date.parse(step.endsAt))} in any case)`;
    case "ended-leftover":
      return `  ${done} Ending what an earlier launch of ${step.queueId} left behind (${step.instances.join(", ")})`;
    case "taken-back":
      return `  ${done} Ending what this launch had made (${step.instances.join(", ")})`;
    case "interrupted":
      return "  Interrupted: what was made is taken back (Ctrl-C again: by the next command)";
    case "warning":
      return `⚠ ${step.message}`;
    default:
      return unreachable(step);
  }
}

function rungWords(rung: {
  readonly instanceType: string;
  readonly zone: string;
  readonly market: string;
}): string {
  return `${rung.instanceType} in ${rung.zone} (${rung.market})`;
}
