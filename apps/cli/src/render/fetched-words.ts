const NAMED = 2;

/** `results/hello/ (fetched results)`: folders that are not shipped. */
export function fetchedWords(folders: readonly string[]): string {
  const more = folders.length > NAMED ? [`${folders.length - NAMED} more`] : [];
  return `${[...folders.slice(0, NAMED), ...more].join(", ")} (fetched results)`;
}
