/**
 * The graph that all benches share. A pipeline's length does not grow with its data, its width does: every sample, shard
 * or fold goes through the same stages. So there are always 20 layers, and a job depends on one to three jobs of the
 * layer before it.
 *
 * @typedef {{ readonly id: string, readonly dependsOn: readonly string[] }} GraphJob
 */

const LAYERS = 20;
const MOST_DEPENDENCIES = 3;

/**
 * The same jobs for the same arguments, on every machine.
 *
 * @param {number} size how many jobs
 * @param {number} [seed]
 * @returns {readonly GraphJob[]}
 */
export function layeredGraph(size, seed = 1) {
  const random = mulberry32(seed);
  const width = Math.ceil(size / LAYERS);
  return Array.from({ length: size }, (_, position) => {
    const layer = Math.floor(position / width);
    if (layer === 0) return { id: jobId(position), dependsOn: [] };
    const chosen = new Set();
    const wanted = 1 + Math.floor(random() * MOST_DEPENDENCIES);
    for (let i = 0; i < wanted; i += 1) chosen.add((layer - 1) * width + Math.floor(random() * width));
    return { id: jobId(position), dependsOn: [...chosen].map(jobId) };
  });
}

function jobId(position) {
  return `job-${String(position).padStart(7, "0")}`;
}

/** Uniform in [0, 1) from a 32-bit seed; Tommy Ettinger's Mulberry32. */
function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
