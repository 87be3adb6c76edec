import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const README = join(import.meta.dirname, "README.md");

/**
 * Puts what was measured in the place that the README has for it.
 *
 * @param {string} text
 * @param {string} place
 */
export function writeToReadme(text, place) {
  const marks = ["begin", "end"].map((side) => `<!-- ${place}: ${side} -->`);
  const readme = readFileSync(README, "utf8");
  const begin = readme.indexOf(marks[0]);
  const end = readme.indexOf(marks[1]);
  if (begin < 0 || end < begin)
    throw new Error(`${README} has no place for the figures: ${marks.join(" … ")}`);
  writeFileSync(README, `${readme.slice(0, begin + marks[0].length)}\n${text}\n${readme.slice(end)}`);
}
