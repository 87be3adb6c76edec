import type { ResumePlan } from "../queues/resume-plan.js";
import { alignRows } from "./columns.js";
import type { Palette } from "./palette.js";

/** What a resume will run, and why; said before it begins. */
export function resumePlanText(plan: ResumePlan, queueId: string, palette: Palette): string {
  const heading =
    plan.kind === "continue" ? `Going on with ${queueId} where it stopped:` : `Running again in ${queueId}:`;
  const kept = `${plan.kept} completed ${plan.kept === 1 ? "job stays" : "jobs stay"} as ${plan.kept === 1 ? "it is" : "they are"}.`;
  return [
    palette.strong(heading),
    ...alignRows(plan.jobs.map(({ id, why }) => [`  ↻ ${id}`, why])),
    ...plan.removed.map((id) => `  ✗ ${id}   no longer in the file`),
    ...(plan.kept === 0 ? [] : [kept]),
  ].join("\n");
}
