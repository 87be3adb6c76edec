import { distance } from "fastest-levenshtein";

/** How many letters may differ from a word that was meant: a third of them, and always a swap of two. */
export function mostLettersOff(word: string): number {
  return Math.max(2, Math.floor(word.length / 3));
}

/** The candidate that was most likely meant, if any is close enough. At least one letter must be right. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < 2) return undefined;
  let best: string | undefined;
  let fewest = Math.min(mostLettersOff(word), word.length - 1) + 1;
  for (const candidate of candidates) {
    const letters = distance(word.toLowerCase(), candidate.toLowerCase());
    if (letters >= fewest) continue;
    best = candidate;
    fewest = letters;
  }
  return best;
}

/** `Did you mean train?`; nothing where no candidate is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(word, candidates);
  return found === undefined ? undefined : `Did you mean ${found}?`;
}
