import type { Problems } from "../diagnostics/problems.js";
import { parseValue } from "../environment/variable-references.js";
import { quote } from "../schema/describe-value.js";
import type { RawJob } from "../schema/job-schema.js";
import type { Path } from "../source/located-node.js";
import { checkVariableName } from "./check-variable-name.js";

export type RawEnvironment = NonNullable<RawJob["environment"]>;

/** The text that stands in the file at a path; asked for numbers, whose value does not tell how they were written. */
export type WrittenText = (path: Path) => string;

const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

/**
 * The environment of the map at `path`, as texts. A number, `true` or `false` stands for the text it is written as, where there is only one way
 * to write it: `8` and `0.5` do, `1.10`, `1e3`, `0x10` and YAML's `True` do not and need quotes.
 */
export function readEnvironment(
  environment: RawEnvironment | undefined,
  path: Path,
  writtenText: WrittenText,
  problems: Problems,
): Readonly<Record<string, string>> {
  if (environment === undefined) return NOTHING;
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      const place = [...path, "environment", name];
      checkVariableName(name, place, problems);
      return [name, readValue(value, place, writtenText, problems)];
    }),
  );
}

function readValue(
  value: string | number | boolean,
  path: Path,
  writtenText: WrittenText,
  problems: Problems,
): string {
  if (typeof value === "string") {
    checkReferences(value, path, problems);
    return value;
  }
  const text = String(value);
  const written = writtenText(path);
  if (text !== written) {
    problems.add(
      "ambiguous-value",
      { path },
      `${written} could mean the text ${quote(written)} or ${quote(text)}`,
      `write it in quotes: "${written}"`,
    );
  }
  return text;
}

function checkReferences(value: string, path: Path, problems: Problems): void {
  if (!value.includes("${")) return;
  for (const part of parseValue(value)) {
    if (part.kind !== "malformed") continue;
    problems.add(
      "bad-variable-reference",
      { path, part: { text: part.text } },
      `${quote(part.text)} is not a reference to a variable`,
      "write ${NAME} or ${NAME:-default}; $${ is a literal ${",
    );
  }
}
