import { readFileSync, statSync } from "node:fs";
import { errnoOf, explainFileError, formatBinarySize, SpawnError } from "@spawn/foundation";
import type { JsonValue } from "@spawn/job-queue";

/** Nothing that a job may have as its config comes near it; whoever names such a file meant another one. */
const LARGEST_FILE_BYTES = 64 * 2 ** 20;

/**
 * Reads what `--config` was given: JSON text where it begins with a bracket, brace or quote, else the name of a file
 * that holds JSON; `-` is standard input.
 *
 * @throws SpawnError `bad-arguments`, with the place where it is no JSON; `permission-denied`.
 */
export function readConfigText(given: string): JsonValue {
  const isText = /^\s*[[{"]/.test(given);
  const text = isText ? given : readConfigFile(given);
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const name = isText ? "--config" : given === "-" ? "standard input" : given;
    throw notJson(name, text, error);
  }
}

function readConfigFile(path: string): string {
  try {
    if (path === "-") return readFileSync(0, "utf8");
    const { size } = statSync(path);
    if (size > LARGEST_FILE_BYTES) {
      throw new SpawnError("bad-arguments", `${path} has ${formatBinarySize(size)}: too large for a config`);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    switch (errnoOf(error)) {
      case "ENOENT":
      case "ENOTDIR":
        throw new SpawnError("bad-arguments", `--config: there is no file ${path}`, {
          hint: 'Give a file with JSON in it, or the JSON itself: --config \'{"command": "./train.sh"}\'',
          cause: error,
        });
      case "EISDIR":
        throw new SpawnError("bad-arguments", `--config: ${path} is a folder`, { cause: error });
      default:
        throw explainFileError(error, "cannot read the config", path);
    }
  }
}

/** `config.json:3:5: not JSON: …`, as far as the parser says where. */
function notJson(name: string, text: string, error: unknown): SpawnError {
  const said = error instanceof Error ? error.message : String(error);
  const [, offset] = /at position (\d+)/.exec(said) ?? [];
  const before = text.slice(0, offset === undefined ? text.length : Number(offset)).split("\n");
  const place = `${name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  const reason = said.replace(/ in JSON at position.*| \(line \d+ column \d+\)/s, "").trim();
  return new SpawnError("bad-arguments", `${place}: not JSON: ${reason}`, {
    hint: "JSON has its keys in double quotes, no comments, and no comma after the last entry.",
    cause: error,
  });
}
