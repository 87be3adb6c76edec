import { distance } from "fastest-levenshtein";
import { mostLettersOff } from "./nearest.js";

/** A command named by its last word alone is a weaker guess than the same letters off in its whole name. */
const LAST_WORD_ONLY = 1.5;

/**
 * The command that was most likely meant: one whose name is close to what was typed, or whose last word is close to the
 * first one typed (`spawn run x`).
 *
 * @param words of the command line, up to the first flag; arguments may be among them
 * @param ids of all commands, `:` between their words
 * @returns the command's words, as they are typed
 */
export function nearestCommand(words: readonly string[], ids: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  const consider = (name: string, typed: string, wanted: string, handicap: number): void => {
    const letters = distance(typed, wanted) + handicap;
    if (letters - handicap > Math.min(mostLettersOff(typed), typed.length - 1) || letters >= fewest) return;
    best = name;
    fewest = letters;
  };
  for (const id of ids) {
    const parts = id.split(":");
    const name = parts.join(" ");
    if (words.length >= parts.length) consider(name, words.slice(0, parts.length).join(" "), name, 0);
    consider(name, words[0] ?? "", parts.at(-1) ?? "", LAST_WORD_ONLY);
  }
  return best;
}
