import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const README = join(import.meta.dirname, "README.md");
const BEGIN = "<!-- measured: begin -->";
const END = "<!-- measured: end -->";

/**
 * Puts what was measured in the place that the README has for it.
 *
 * @param {string} text
 */
export function writeToReadme(text) {
  const readme = readFileSync(README, "utf8");
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${README} has no place for the figures: ${BEGIN} … ${END}`);
  writeFileSync(README, `${readme.slice(0, begin + BEGIN.length)}\n${text}\n${readme.slice(end)}`);
}
