import { distance } from "fastest-levenshtein";

/** The candidate that was most likely meant, if any is close enough: at most a third of the letters differ. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const letters = distance(lower, candidate.toLowerCase());
    if (letters < bestDistance && candidate !== word) {
      best = candidate;
      bestDistance = letters;
    }
  }
  return best;
}

/** "Did you mean …?", where there is something to offer. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(word, candidates);
  return found === undefined ? undefined : `did you mean "${found}"?`;
}
