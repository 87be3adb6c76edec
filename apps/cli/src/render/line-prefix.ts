import { columnWidths, padTo } from "./columns.js";

/** What stands before each log line of several jobs: `train    | `; nothing where there is only one. */
export function linePrefix(jobs: readonly string[]): (job: string) => string {
  if (jobs.length < 2) return () => "";
  const [width = 0] = columnWidths(jobs.map((job) => [job]));
  return (job) => `${padTo(job, width)} | `;
}
