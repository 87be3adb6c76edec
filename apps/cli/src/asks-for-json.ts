/** Whether a command line asks for JSON on standard output, also one that cannot be parsed. What follows `--` is no flag. */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const flags = end === -1 ? argv : argv.slice(0, end);
  return flags.some(
    (arg, index) =>
      arg === "--json" || arg === "--format=json" || (arg === "--format" && flags[index + 1] === "json"),
  );
}
