import { seededRandom } from "@spawn/foundation";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { formatDiagnostics } from "../diagnostics/format-diagnostics.js";
import { exampleQueueFiles } from "../testing/snippets.js";
import { loadQueueFile } from "./load-queue-file.js";
import { serializeQueueSpec } from "./serialize-queue-spec.js";

const RUNS = process.env.SPAWN_LONG ? 100_000 : 2000;
const SEED = 20_260_127;
/** Far more than one small file takes on a busy machine, far less than a hang. */
const HANG_MS = 5000;

const TOKENS = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  "\n",
  "- ",
  "&a ",
  "*a",
  "!!str ",
  "|",
  ">",
  "#",
  "//",
  "/*",
  "\\",
  "\0",
];
const VALUES = [
  "null",
  "-1",
  "1e999",
  "true",
  '""',
  '"${"',
  '"$X"',
  "[]",
  "{}",
  '"__proto__"',
  "\ud800",
  "\u{1f600}",
  "---",
];

type Mutate = (bytes: Uint8Array) => Uint8Array;

const random = seededRandom(SEED);
const below = (limit: number): number => Math.floor(random.next() * limit);
const pick = <Item>(items: readonly Item[]): Item => {
  const item = items[below(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
};

const MUTATIONS: readonly Mutate[] = [
  function flipBit(bytes) {
    const copy = Uint8Array.from(bytes);
    const at = below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
    return copy;
  },
  function remove(bytes) {
    const at = below(bytes.length);
    return splice(bytes, at, at + 1 + below(20), new Uint8Array());
  },
  function duplicate(bytes) {
    const at = below(bytes.length);
    return splice(bytes, at, at, bytes.slice(at, at + 1 + below(200)));
  },
  function insertToken(bytes) {
    const at = below(bytes.length);
    return splice(bytes, at, at, new TextEncoder().encode(pick(TOKENS)));
  },
  function replaceWord(bytes) {
    const text = new TextDecoder().decode(bytes);
    const words = [...text.matchAll(/"[^"\n]*"|\w+/g)];
    if (words.length === 0) return bytes;
    const [from, to] = [pick(words), pick(words)];
    const replacement = random.next() < 0.5 ? to[0] : pick(VALUES);
    return new TextEncoder().encode(
      text.slice(0, from.index) + replacement + text.slice(from.index + from[0].length),
    );
  },
  function truncate(bytes) {
    return bytes.slice(0, below(bytes.length));
  },
];

function splice(bytes: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.slice(0, from), ...middle, ...bytes.slice(to)]);
}

it(
  `neither throws nor hangs on ${RUNS} damaged files, and what it accepts is sound (seed ${SEED})`,
  () => {
    const seeds = exampleQueueFiles().flatMap(({ text }) => [text, stringify(JSON.parse(text))]);
    let accepted = 0;
    for (let run = 0; run < RUNS; run += 1) {
      let bytes: Uint8Array = new TextEncoder().encode(pick(seeds));
      for (let count = 1 + below(4); count > 0 && bytes.length > 0; count -= 1)
        bytes = pick(MUTATIONS)(bytes);
      const started = performance.now();
      const { spec, diagnostics, text } = loadQueueFile(bytes, { fileName: "fuzz" });
      const shown = formatDiagnostics(diagnostics, { text, fileName: "fuzz", color: false });
      expect(performance.now() - started, `run ${run}`).toBeLessThan(HANG_MS);
      expect(spec === undefined, `run ${run}`).toBe(diagnostics.some(({ severity }) => severity === "error"));
      expect(shown === "", `run ${run}`).toBe(diagnostics.length === 0);
      for (const { line, column, length } of diagnostics) {
        expect(Math.min(line, column, length), `run ${run}`).toBeGreaterThanOrEqual(1);
      }
      if (spec === undefined) continue;
      accepted += 1;
      expect(loadQueueFile(serializeQueueSpec(spec), { fileName: "again" }).spec, `run ${run}`).toEqual(spec);
    }
    expect(accepted).toBeGreaterThan(RUNS / 20);
    expect(accepted).toBeLessThan(RUNS);
  },
  RUNS * 100,
);
