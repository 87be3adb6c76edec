/**
 * The longest way through what waits for one another: of every job the time until it can begin plus its own.
 *
 * @param costOf milliseconds of a job by itself
 * @param waitsFor the jobs that must be over before it begins
 * @returns milliseconds; 0 without jobs. O(jobs + waits); no recursion, so that a chain may be of any length
 */
export function longestPathMs(
  jobs: Iterable<string>,
  costOf: (job: string) => number,
  waitsFor: (job: string) => readonly string[],
): number {
  const endOf = new Map<string, number>();
  const open = new Map<string, readonly string[]>();
  let longest = 0;
  for (const start of jobs) {
    const stack = [start];
    for (let job = stack.at(-1); job !== undefined; job = stack.at(-1)) {
      const before = open.get(job);
      if (endOf.has(job)) {
        stack.pop();
      } else if (before === undefined) {
        const waits = waitsFor(job);
        open.set(job, waits);
        stack.push(...waits.filter((other) => !open.has(other)));
      } else {
        const begin = before.reduce((latest, other) => Math.max(latest, endOf.get(other) ?? 0), 0);
        endOf.set(job, begin + costOf(job));
        stack.pop();
      }
    }
    longest = Math.max(longest, endOf.get(start) ?? 0);
  }
  return longest;
}
