import type { RunnerEvent } from "./runner-object.js";

/** What happens during a launch, for showing. No value of a variable is in any. */
export type LaunchEvent =
  /** The work folder is on its way into the store. In bytes. */
  | { readonly type: "shipping"; readonly sent: number; readonly size: number }
  | RunnerEvent
  | {
      readonly type: "requesting";
      readonly instanceType: string;
      readonly zone: string;
      readonly market: string;
    }
  | {
      readonly type: "refused";
      readonly instanceType: string;
      readonly zone: string;
      readonly market: string;
      /** AWS's own words. */
      readonly reason: string;
    }
  | { readonly type: "waiting"; readonly reason: string }
  | { readonly type: "made"; readonly instanceId: string }
  | { readonly type: "guarded"; readonly endsAt: string }
  /** Of this launch itself, which failed or was interrupted. */
  | { readonly type: "taken-back"; readonly instances: readonly string[] }
  | { readonly type: "ended-leftover"; readonly queueId: string; readonly instances: readonly string[] }
  | { readonly type: "warning"; readonly message: string };
