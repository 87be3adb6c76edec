import { parseDuration, SpawnError } from "@spawn/foundation";
import type { JsonObject, JsonValue } from "@spawn/job-queue";
import { didYouMean } from "../suggestions/nearest.js";

const DURATION = 'a duration ("90s", "5m", "1h30m")';

/** Reads the fields of a job's config one by one, and collects what is wrong with them. */
export class ConfigFields {
  readonly #config: JsonObject;
  readonly #problems: string[] = [];

  /** @param known the keys that such a config may have; any other is a problem */
  constructor(config: JsonObject, known: readonly string[]) {
    this.#config = config;
    for (const key of Object.keys(config)) {
      if (known.includes(key)) continue;
      const meant = didYouMean(key, known);
      this.#problems.push(`unknown key ${JSON.stringify(key)}${meant === undefined ? "" : `. ${meant}`}`);
    }
  }

  text(key: string): string | undefined {
    return this.#read(key, "a text that is not empty", (value) =>
      typeof value === "string" && value.trim() !== "" && !value.includes("\0") ? value : undefined,
    );
  }

  /** @returns milliseconds, above 0 */
  duration(key: string): number | undefined {
    return this.#read(key, DURATION, (value) => durationOf(value) || undefined);
  }

  /** @returns milliseconds, which may be 0 */
  span(key: string): number | undefined {
    return this.#read(key, DURATION, durationOf);
  }

  flag(key: string): boolean | undefined {
    return this.#read(key, "true or false", (value) => (typeof value === "boolean" ? value : undefined));
  }

  choice<Choice extends string>(key: string, choices: readonly Choice[]): Choice | undefined {
    return this.#read(key, `one of ${choices.join(", ")}`, (value) =>
      choices.find((choice) => choice === value),
    );
  }

  /** Names and texts: `{"LR": "0.1"}`. */
  map(key: string): Readonly<Record<string, string>> | undefined {
    return this.#read(key, 'names with texts ({"LR": "0.1"})', (value) =>
      isObject(value) && Object.values(value).every((item) => typeof item === "string")
        ? (value as Readonly<Record<string, string>>)
        : undefined,
    );
  }

  /** As `map`, of names that a shell takes for variables. */
  variables(key: string): Readonly<Record<string, string>> | undefined {
    const variables = this.map(key);
    for (const name of Object.keys(variables ?? {})) {
      if (!/^[A-Za-z_]\w*$/.test(name))
        this.problem(`${key}: ${JSON.stringify(name)} is not a variable name`);
    }
    return variables;
  }

  texts(key: string): readonly string[] | undefined {
    return this.#read(key, "a list of texts", (value) =>
      Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined,
    );
  }

  /** A whole number of these. */
  whole(key: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    return this.#read(key, `a whole number from ${min} to ${max}`, (value) =>
      typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max
        ? value
        : undefined,
    );
  }

  /** A text, or a number as it would be written. */
  amount(key: string): string | undefined {
    return this.#read(key, "a number above 0", (value) => {
      const text = typeof value === "number" ? String(value) : value;
      return typeof text === "string" && /^(?=.*[1-9])\d+(\.\d+)?$/.test(text) ? text : undefined;
    });
  }

  /** `"a,b"` or `["a", "b"]`. @returns the former */
  list(key: string): string | undefined {
    return this.#read(key, 'a text that is not empty, or a list of such (["a", "b"])', (value) => {
      const texts = (Array.isArray(value) ? value : [value]).map((item) =>
        typeof item === "string" ? item.trim() : "",
      );
      return texts.length > 0 && texts.every((text) => text !== "") ? texts.join(",") : undefined;
    });
  }

  /** Whether the config has this key. */
  has(key: string): boolean {
    return this.#config[key] !== undefined;
  }

  /** Two keys of which only one can be. */
  refuseBoth(one: string, other: string): void {
    if (this.has(one) && this.has(other)) this.problem(`${one} and ${other} exclude each other`);
  }

  /** The one of several spellings that was used, the first where none was; two at once are a problem. */
  spelling(...keys: readonly [string, ...string[]]): string {
    const [first, second] = keys.filter((key) => this.#config[key] !== undefined);
    if (first !== undefined && second !== undefined)
      this.problem(`${first} and ${second} are the same; give one of them`);
    return first ?? keys[0];
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  /** @throws SpawnError `bad-arguments`, with all that is wrong. */
  refuseProblems(): void {
    if (this.#problems.length > 0) {
      throw new SpawnError("bad-arguments", this.#problems.map((problem) => `config: ${problem}`).join("\n"));
    }
  }

  #read<Value>(
    key: string,
    wanted: string,
    read: (value: JsonValue) => Value | undefined,
  ): Value | undefined {
    const value = this.#config[key];
    if (value === undefined) return undefined;
    const found = read(value);
    if (found === undefined) this.problem(`${key} is ${shown(value)}; it has to be ${wanted}`);
    return found;
  }
}

export function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function durationOf(value: JsonValue): number | undefined {
  return typeof value === "string" ? parseDuration(value) : undefined;
}

function shown(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
