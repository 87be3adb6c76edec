const NAMED = 3;

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 others`. */
export function listWords(words: readonly string[]): string {
  const others = words.length - NAMED;
  // Naming one more takes no more room than counting it.
  const shown = others > 1 ? [...words.slice(0, NAMED), `${others} others`] : words;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
