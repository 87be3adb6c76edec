/** Lines that a job of the sweep prints to each of its two streams. */
const LINES = 20;

/** How a job's attempts end when nothing disturbs them: exit codes, or `timeout`; none for a job that never runs. */
export const UNDISTURBED: Readonly<Record<string, readonly (number | "timeout")[]>> = {
  fetch: [0],
  "parse-a": [0],
  "parse-b": [0],
  "parse-c": [0],
  flaky: [9, 0],
  stuck: ["timeout"],
  rescue: [0],
  "after-stuck": [],
  talker: [0],
  daemon: [0],
  join: [0],
  cleanup: [0],
};

/** What an attempt prints to `stream`, byte for byte. */
export function outputOf(job: string, attempt: number, stream: "stdout" | "stderr"): string {
  return Array.from({ length: LINES }, (_, i) => `${job} ${attempt} ${stream} ${i + 1}\n`).join("");
}

/** Leaves a line in a file of the attempt's own, prints to both streams, then does `rest`. */
function noted(rest: string): string {
  return [
    'echo $$ >> "marks/$JOB_ID.$JOB_ATTEMPT"',
    `for ((i = 1; i <= ${LINES}; i++)); do echo "$JOB_ID $JOB_ATTEMPT stdout $i"; echo "$JOB_ID $JOB_ATTEMPT stderr $i" >&2; done`,
    rest,
  ].join("\n");
}

/**
 * Twelve jobs: parallel branches, one that fails the first time its command runs, one that is timed out and has a
 * handler and a job behind it, one that leaves a daemon behind, one with results, and a cleanup.
 */
export function sweepQueue(queueId: string): Readonly<Record<string, unknown>> {
  const job = (job_id: string, rest: string, more: Readonly<Record<string, unknown>> = {}) => ({
    job_id,
    command: noted(rest),
    ...more,
  });
  return {
    queue_id: queueId,
    on_failure: "continue",
    max_parallel: 3,
    jobs: [
      job("fetch", "true"),
      job("stuck", "sleep 600", { timeout: "600ms", on_failure: "rescue" }),
      job("parse-a", "true", { depends_on: ["fetch"] }),
      job("parse-b", "sleep 0.05", { depends_on: ["fetch"] }),
      job("parse-c", "true", { depends_on: ["fetch"] }),
      // By its marks and not by its number: an attempt that was announced and never began has used up a number.
      job("flaky", "set -- marks/flaky.*; [ $# -ge 2 ] || exit 9", {
        depends_on: ["parse-a"],
        retry_count: 2,
        retry_delay: "80ms",
      }),
      job("rescue", "true"),
      job("after-stuck", "true", { depends_on: ["stuck"] }),
      job("talker", 'echo "made by $JOB_ATTEMPT" > made.txt; sleep 0.1', {
        depends_on: ["parse-c"],
        result_files: ["made.txt"],
      }),
      job("daemon", "(trap '' HUP; exec sleep 600) &", { depends_on: ["parse-b"] }),
      job("join", "true", { depends_on: ["flaky", "talker"] }),
      job("cleanup", "true", { always_run: true }),
    ],
  };
}
