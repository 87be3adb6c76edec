import { formatExactDuration, parseDuration } from "@spawn/foundation";
import type { Problems } from "../diagnostics/problems.js";
import { quote } from "../schema/describe-value.js";
import type { Path } from "../source/located-node.js";

/** The duration at a key of the map at `path`, in milliseconds; reports a text that is none. */
export function readDuration(
  text: string | undefined,
  path: Path,
  key: string,
  problems: Problems,
): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined) {
    problems.add(
      "bad-duration",
      { path: [...path, key] },
      `${quote(text)} is not a duration`,
      suggestDuration(text),
    );
  }
  return ms;
}

/** A duration that something is limited to: more than nothing. */
export function readTimeout(
  text: string | undefined,
  path: Path,
  key: string,
  problems: Problems,
): number | undefined {
  const ms = readDuration(text, path, key, problems);
  if (ms !== 0) return ms;
  problems.add(
    "zero-timeout",
    { path: [...path, key] },
    "a timeout must be longer than nothing",
    "leave the key out for no limit",
  );
  return undefined;
}

const LONGEST_REPAIRED = 100;

/** An amount and, perhaps, a word for its unit. */
const PART = /(\d+(?:\.\d+)?)\s*([a-zµ]*)/gi;

const RIGHT_FORMS = 'write it like "90s", "5m", "1h30m", "2d" or "500ms"';

/** What was most likely meant: `5 minutes` is `5m`, a bare number is seconds, parts in a wrong order are added up. */
function suggestDuration(text: string): string {
  if (text.length > LONGEST_REPAIRED || text.replace(PART, "").replace(/[\s,]+|and/g, "") !== "")
    return RIGHT_FORMS;
  let total = 0;
  for (const [, amount = "", word = ""] of text.matchAll(PART)) {
    const unit = word === "" ? "s" : UNIT_WORDS.get(word.toLowerCase());
    const ms = unit === undefined ? undefined : parseDuration(`${amount}${unit}`);
    if (ms === undefined) return RIGHT_FORMS;
    total += ms;
  }
  return total > 0 && Number.isSafeInteger(total) ? `write "${formatExactDuration(total)}"` : RIGHT_FORMS;
}

const UNIT_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ms: ["ms", "msec", "millis", "millisecond", "milliseconds"],
    s: ["s", "sec", "secs", "second", "seconds"],
    m: ["m", "min", "mins", "minute", "minutes"],
    h: ["h", "hr", "hrs", "hour", "hours"],
    d: ["d", "day", "days"],
  }).flatMap(([unit, words]) => words.map((word): [string, string] => [word, unit])),
);
