import { Chalk } from "chalk";

/** What colours mean here. Every renderer takes one, so that it stays a pure function. */
export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  busy(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
}

export function paletteOf(color: boolean): Palette {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return {
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    busy: chalk.cyan,
    faint: chalk.dim,
    strong: chalk.bold,
  };
}

/** Whether to colour what goes to a stream: terminals only, and not where `NO_COLOR`, `CI` or a dumb terminal says no. */
export function colorOf(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const { NO_COLOR, FORCE_COLOR, CI, TERM } = env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return stream.isTTY === true && !isSet(CI) && TERM !== "dumb";
}

/** Whether a stream can be redrawn: a terminal with a person before it. */
export function liveOf(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && !isSet(env.CI) && env.TERM !== "dumb";
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
