import type { Ec2Instance, RoleDescription } from "@spawn/aws-launcher";
import { formatDuration } from "@spawn/foundation";
import { type KeptNotice, type QueueStatus, statusView } from "@spawn/status-model";
import { labelledLines, queueWords } from "./instance-text.js";
import { keptBlock } from "./kept-block.js";
import type { Palette } from "./palette.js";

/** A status tells times to the second. */
const TOLD_TO_MS = 1_000;

/** What is known of an instance's role. */
export type RoleKnowledge =
  | { readonly kind: "none" }
  /** EC2 does not tell of an instance that is over which profile it had. */
  | { readonly kind: "untold" }
  | ({ readonly kind: "known" } & RoleDescription)
  /** Its instance profile is there no more. */
  | { readonly kind: "removed"; readonly profile: string }
  | { readonly kind: "unreadable"; readonly profile: string; readonly why: string };

/** What is known of its queue, in words where that is nothing. */
export type QueueKnowledge = QueueStatus | string;

export interface Ec2InstanceView {
  readonly instance: Ec2Instance;
  readonly role: RoleKnowledge;
  readonly queue: QueueKnowledge;
  readonly nowMs: number;
  /** Writes a time for people. */
  readonly shown: (wallMs: number) => string;
  /** Of the terminal it goes to, if it does. */
  readonly columns?: number | undefined;
}

/** `spawn status` of an instance on EC2, for people. */
export function ec2InstanceText(view: Ec2InstanceView, palette: Palette): string {
  const { instance, role, queue, shown } = view;
  const { instanceType, zone, market, queueId } = instance;
  const tags = Object.entries(instance.tags).map(([key, value]) => `${key}=${value}`);
  const status = typeof queue === "string" ? queue : queueWords(queue, palette);
  const lines = labelledLines(
    [
      ["Instance", instance.instanceId],
      ["Name", instance.name],
      ["Provider", instance.provider],
      ["State", stateWords(instance)],
      ["Instance Type", `${instanceType} in ${zone} (${market})`],
      ["Address", addressWords(instance)],
      ["Launched", shown(Date.parse(instance.launchedAt))],
      ["Ends", endWords(view)],
      ["IAM", roleWords(role)],
      ["Tags", tags.length === 0 ? undefined : tags.join(", ")],
      ["Queue", queueId === "" ? "none" : `${queueId} (${status})`],
      ["Results Location", instance.results || undefined],
    ],
    palette,
    view.columns,
  );
  const kept = keptOf(view);
  return kept === undefined ? lines : [lines, "", ...keptBlock(kept, palette)].join("\n");
}

/** That it stays though its queue is over, where that queue has not gone on elsewhere. */
function keptOf({ instance, queue, nowMs }: Ec2InstanceView): KeptNotice | undefined {
  const { instanceId } = instance;
  if (typeof queue === "string" || queue.instance_id !== instanceId) return undefined;
  return statusView(queue, { wallMs: nowMs, ref: instanceId }).kept;
}

function stateWords({ state, stateReason }: Ec2Instance): string {
  return stateReason === undefined ? state : `${state} (${stateReason})`;
}

function addressWords({ publicAddress, privateAddress, keyName }: Ec2Instance): string | undefined {
  const addresses = [publicAddress, privateAddress].filter((address) => address !== undefined);
  if (addresses.length === 0) return undefined;
  return `${addresses.join(", ")}${keyName === undefined ? " (no ssh key)" : ""}`;
}

/** The moment by which its agent goes, where that is an earlier one. */
function ownEnd({ instance, queue }: Ec2InstanceView, at: number): number | undefined {
  if (typeof queue === "string" || queue.instance_id !== instance.instanceId) return undefined;
  const own = Date.parse(queue.ttl_expires_at ?? "");
  return own < at - TOLD_TO_MS ? own : undefined;
}

function endWords(view: Ec2InstanceView): string {
  const { instance, nowMs, shown } = view;
  const { deadline, state } = instance;
  if (deadline === "unreadable") return "unreadable: its tag spawn:ttl-expires-at holds no time";
  const at = Date.parse(deadline);
  if (state === "terminated" || state === "shutting-down") return shown(at);
  const left = at - nowMs;
  const own = ownEnd(view, at);
  if (own !== undefined) {
    return `${shown(own)} by its agent, ${shown(at)} by its tag and schedule: what spawn extend asked was not taken`;
  }
  return `${shown(at)} (${left >= 0 ? `in ${formatDuration(left)}` : `${formatDuration(-left)} ago: spawn gc ends it`})`;
}

/** `spawn-nightly-0123abcd (policies: spawn)` */
function roleWords(role: RoleKnowledge): string {
  switch (role.kind) {
    case "none":
      return "none (no instance profile)";
    case "untold":
      return "unknown (EC2 tells no more of an instance that has ended)";
    case "known":
      return `${role.role} (policies: ${role.policies.length === 0 ? "none" : role.policies.join(", ")})`;
    case "removed":
      return `${role.profile} (removed with its instance)`;
    case "unreadable":
      return `${role.profile} (its policies are unknown: ${role.why})`;
  }
}
