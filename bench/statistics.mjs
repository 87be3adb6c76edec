/**
 * One figure over several rounds.
 *
 * @typedef {{ readonly median: number, readonly least: number, readonly most: number }} Figure
 */

/**
 * @param {readonly number[]} values at least one
 * @returns {Figure}
 */
export function figureOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  return { median: middle, least: sorted[0], most: sorted[sorted.length - 1] };
}

/**
 * How many times `values` are of `base`, round by round: what slows a machine for a while slows both.
 *
 * @param {readonly number[]} values
 * @param {readonly number[]} base of the same rounds
 * @returns {Figure}
 */
export function ratioOf(values, base) {
  return figureOf(values.map((value, round) => value / base[round]));
}

/**
 * Runs every contender once a round, each round beginning with another one.
 *
 * @template Result
 * @param {number} rounds
 * @param {ReadonlyMap<string, () => Result | Promise<Result>>} contenders
 * @param {(name: string, round: number) => void} onRun
 * @returns {Promise<ReadonlyMap<string, readonly Result[]>>} results by contender, in the order of the rounds
 */
export async function interleave(rounds, contenders, onRun) {
  const names = [...contenders.keys()];
  const results = new Map(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let place = 0; place < names.length; place += 1) {
      const name = names[(round + place) % names.length];
      onRun(name, round);
      results.get(name).push(await contenders.get(name)());
    }
  }
  return results;
}
