import type { ResourceUsage } from "../fold/job-history.js";
import type { Progress } from "./progress.js";

/** What is read live of a job, beside what the journal says. */
export interface JobLive extends ResourceUsage {
  readonly progress?: Progress;
  /** Last lines of the merged log. */
  readonly recentOutput: readonly string[];
}
