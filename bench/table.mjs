/**
 * @typedef {object} Section what one bench found
 * @property {string} title
 * @property {readonly string[]} columns
 * @property {readonly (readonly string[])[]} rows
 * @property {readonly string[]} [remarks]
 */

/** @param {Section} section */
export function markdownOf({ title, columns, rows, remarks = [] }) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, index) => (index === 0 ? "---" : "---:"));
  const table = [columns, rule, ...rows].map(line).join("\n");
  return [`### ${title}`, table, ...remarks].join("\n\n");
}

/**
 * The median, and the least and the most where the rounds differ as shown.
 *
 * @param {import("./statistics.mjs").Figure} figure
 * @param {{ scale?: number, unit?: string }} [options] what it is multiplied with; the unit after that
 */
export function show({ median, least, most }, { scale = 1, unit = "" } = {}) {
  const [middle, low, high] = [median, least, most].map((value) => digits(value * scale));
  const spread = low === high ? "" : ` (${low}–${high})`;
  return `${middle}${unit}${spread}`;
}

/** Three significant digits, never an exponent. */
function digits(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
