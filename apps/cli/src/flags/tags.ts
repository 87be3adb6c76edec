import { SpawnError } from "@spawn/foundation";

/**
 * Reads `key=value` pairs.
 *
 * @throws SpawnError `bad-arguments`.
 */
export function parseTags(flag: string, pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      if (/^spawn:/i.test(pair)) {
        throw new SpawnError(
          "bad-arguments",
          `--${flag} ${pair}: tags that begin with spawn: are spawn's own`,
          {
            hint: "Choose another key.",
          },
        );
      }
      if (equals > 0) return [pair.slice(0, equals), pair.slice(equals + 1)];
      throw new SpawnError("bad-arguments", `--${flag} ${pair}: not key=value`);
    }),
  );
}
