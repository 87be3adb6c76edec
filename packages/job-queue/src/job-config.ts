import { formatBinarySize } from "@spawn/foundation";

/** The most that the JSON text of a config may have. */
export const MAX_CONFIG_BYTES = 2 ** 20;

const MAX_DEPTH = 500;

/**
 * Writes a config as JSON text that reads back as the same value. A property that is `undefined` counts as absent.
 *
 * @returns the text, or what is wrong with the config.
 */
export function writeConfig(config: unknown): { readonly text: string } | { readonly problem: string } {
  const problem = findProblem(config, "config", []);
  if (problem !== undefined) return { problem };
  const text = JSON.stringify(config);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_CONFIG_BYTES) {
    return {
      problem: `config has ${bytes} bytes as JSON, more than the ${formatBinarySize(MAX_CONFIG_BYTES)} that it may have; put the data into a file and its path into the config`,
    };
  }
  return { text };
}

function findProblem(value: unknown, path: string, above: readonly object[]): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : `${path} is ${value}, which JSON cannot hold`;
    case "object":
      return value === null ? undefined : findProblemInside(value, path, above);
    case "bigint":
    case "function":
    case "symbol":
    case "undefined":
      return `${path} is ${value === undefined ? "undefined" : `a ${typeof value}`}, which JSON cannot hold`;
  }
}

function findProblemInside(value: object, path: string, above: readonly object[]): string | undefined {
  if (above.includes(value)) return `${path} contains itself`;
  if (above.length >= MAX_DEPTH) return `${path} is nested more than ${MAX_DEPTH} levels deep`;
  const within = [...above, value];
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const problem = findProblem(item, `${path}[${index}]`, within);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    return `${path} is a ${value.constructor?.name ?? "class instance"}, which JSON cannot hold`;
  }
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const problem = findProblem(item, `${path}.${key}`, within);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
