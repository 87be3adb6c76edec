/** A queue file with one job of these keys. */
export function fileWithJob(job: object, queue: object = {}): string {
  return JSON.stringify({ jobs: [{ job_id: "a", command: "true", ...job }], ...queue });
}
