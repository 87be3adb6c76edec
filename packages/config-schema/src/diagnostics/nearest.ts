import { distance } from "fastest-levenshtein";

/**
 * The candidate that was most likely meant, if any is close enough: a third of the letters may differ, and two (a swap)
 * in words of four letters or more.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(word.length < 4 ? 1 : 2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const onlyCaseDiffers = candidate.length === word.length && candidate.toLowerCase() === lower;
    const letters = onlyCaseDiffers ? 0 : distance(word, candidate);
    if (letters < bestDistance) {
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
