import { unreachable } from "@spawn/foundation";
import type { ResumePlan } from "../queues/resume-plan.js";
import { alignRows } from "./columns.js";
import type { Palette } from "./palette.js";

/** What a resume will run, and why; said before it begins. */
export function resumePlanText(plan: ResumePlan, queueId: string, palette: Palette): string {
  const heading = headingOf(plan.kind, queueId);
  const kept = `${plan.kept} completed ${plan.kept === 1 ? "job stays" : "jobs stay"} as ${plan.kept === 1 ? "it is" : "they are"}.`;
  return [
    palette.strong(heading),
    ...alignRows(plan.jobs.map(({ id, why }) => [`  ↻ ${id}`, why])),
    ...plan.removed.map((id) => `  ✗ ${id}   no longer in the file`),
    ...(plan.kept === 0 ? [] : [kept]),
  ].join("\n");
}

function headingOf(kind: ResumePlan["kind"], queueId: string): string {
  switch (kind) {
    case "continue":
      return `Going on with ${queueId} where it stopped:`;
    case "again":
      return `Running again in ${queueId}:`;
    case "store":
      return `Nothing runs again in ${queueId}; to be stored:`;
    default:
      return unreachable(kind);
  }
}
