import type { Instance } from "@spawn/launcher";
import type { QueueStatus, StatusView } from "@spawn/status-model";
import { plainOutput } from "./plain-output.js";

/** What is shown of a status's view: of what says nothing, or is not true of this instance any more, less. */
export function shownView(
  view: StatusView,
  status: QueueStatus,
  instanceState: Instance["state"] | undefined,
): StatusView {
  const single = new Set(
    status.job_details.filter((job) => job.max_attempts <= 1).map(({ job_id }) => job_id),
  );
  const running = status.job_details.filter((job) => job.status === "running");
  const shown: StatusView = {
    ...view,
    currentJobs: view.currentJobs.map((job, index) => ({
      ...job,
      lines: single.has(running[index]?.job_id ?? "")
        ? job.lines.filter(({ label }) => label !== "Retry")
        : job.lines,
      recentOutput: job.recentOutput.map(plainOutput),
    })),
  };
  return instanceState === "terminated" ? terminatedView(shown, status) : shown;
}

/** Nothing can go on there: what is left are the results. */
function terminatedView(view: StatusView, { status, queue_id }: QueueStatus): StatusView {
  const { resume, ...rest } = view;
  if (resume === undefined) return view;
  return {
    ...rest,
    header: view.header.map((line) =>
      line.label === "Reason" && status === "interrupted"
        ? { ...line, value: "the instance was terminated" }
        : line,
    ),
    resume: {
      text: "The instance is terminated; to get the results",
      command: `spawn queue results ${queue_id}`,
    },
  };
}
