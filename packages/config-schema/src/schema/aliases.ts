/** Keys with a second spelling: from the one that is used here to the other that is read as well. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ["environment", "env"],
  ["result_files", "result_paths"],
]);
