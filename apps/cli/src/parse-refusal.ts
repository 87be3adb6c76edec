import { didYouMean } from "./suggestions/nearest.js";

/**
 * What the framework's parser says of a command line that it refuses, in words of ours: the first line is what is wrong,
 * the others are hints. `undefined` where its own words serve.
 */
export function parseRefusal(error: Error): readonly string[] | undefined {
  const missing = missingArguments(error);
  if (missing !== undefined) {
    const named = missing.map(({ name, description }) => `${name} (${description})`);
    return [`missing argument${missing.length === 1 ? "" : "s"}: ${named.join(", ")}`];
  }
  const flags = unknownFlags(error);
  if (flags !== undefined) {
    const known = knownFlags(error);
    const hints = flags.flatMap((flag) => didYouMean(flag, known) ?? []);
    return [`unknown flag${flags.length === 1 ? "" : "s"}: ${flags.join(", ")}`, ...hints];
  }
  return badChoice(error.message);
}

/** The arguments of a command line that its command does not take, where that is why it was refused. */
export function unexpectedArguments(error: unknown): readonly string[] | undefined {
  const args = fieldOf(error, "args");
  return Array.isArray(args) && args.every((arg) => typeof arg === "string") ? args : undefined;
}

interface MissingArgument {
  readonly name: string;
  readonly description: string;
}

function missingArguments(error: Error): readonly MissingArgument[] | undefined {
  const args = fieldOf(error, "args");
  if (!Array.isArray(args)) return undefined;
  const missing = args.filter(isMissingArgument);
  return missing.length > 0 && missing.length === args.length ? missing : undefined;
}

function isMissingArgument(value: unknown): value is MissingArgument {
  return typeof fieldOf(value, "name") === "string" && typeof fieldOf(value, "description") === "string";
}

function unknownFlags(error: Error): readonly string[] | undefined {
  const flags = fieldOf(error, "flags");
  return Array.isArray(flags) && flags.every((flag) => typeof flag === "string") ? flags : undefined;
}

/** Of the command that refused, as they are typed. */
function knownFlags(error: Error): readonly string[] {
  const flags = fieldOf(fieldOf(fieldOf(error, "parse"), "input"), "flags");
  return typeof flags === "object" && flags !== null ? Object.keys(flags).map((name) => `--${name}`) : [];
}

/** The parser tells of a value that is none of a flag's choices in its message alone. */
function badChoice(message: string): readonly string[] | undefined {
  const [line = ""] = message.split("\n");
  const [, flag, value, choices] = /^Expected (--\S+?)=(.*) to be one of: (.+)$/.exec(line) ?? [];
  if (flag === undefined || value === undefined || choices === undefined) return undefined;
  const meant = didYouMean(value, choices.split(", "));
  return [`${flag} ${value}: not one of ${choices}`, ...(meant === undefined ? [] : [meant])];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
