/** Of a training job, as one would be submitted. */
export const CONFIG = {
  model: "resnet50",
  dataset: "s3://training-data/images",
  epochs: 10,
  learning_rate: 0.001,
};

/**
 * A queue as its user calls it.
 *
 * @typedef {object} Queue
 * @property {() => unknown} submit
 * @property {() => unknown} claim
 * @property {(job: unknown) => unknown} end
 * @property {() => unknown} close
 */

/**
 * Submits all jobs, then claims and ends one after the other, waiting for each call.
 *
 * @param {Queue} queue
 * @param {number} jobs
 * @returns {Promise<{ submits: number, claims: number, ends: number, both: number }>} how many a second; `both`: a claim and
 *   an end together
 */
export async function ratesOf({ submit, claim, end, close }, jobs) {
  const begin = performance.now();
  for (let each = 0; each < jobs; each += 1) await submit();
  const submitMs = performance.now() - begin;
  let claimMs = 0;
  let endMs = 0;
  for (let each = 0; each < jobs; each += 1) {
    const asked = performance.now();
    const job = await claim();
    if (!job) throw new Error("there was nothing to claim");
    const claimed = performance.now();
    await end(job);
    claimMs += claimed - asked;
    endMs += performance.now() - claimed;
  }
  await close();
  const rate = (ms) => jobs / (ms / 1000);
  return { submits: rate(submitMs), claims: rate(claimMs), ends: rate(endMs), both: rate(claimMs + endMs) };
}
