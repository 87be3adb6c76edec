/** Up to so many texts, comparing each with each is cheaper than a set. */
const FEW = 12;

/** Whether a text stands twice in a list. */
export function hasRepeats(texts: readonly string[]): boolean {
  if (texts.length > FEW) return new Set(texts).size < texts.length;
  return texts.some((text, index) => texts.indexOf(text) < index);
}
