import type { Failure } from "../failure.js";
import type { Palette } from "./palette.js";

/** `Error: …` and what to do next; with `verbose` the stack too. Ends with a newline. */
export function failureText(
  failure: Pick<Failure, "message" | "hint" | "stack">,
  palette: Palette,
  options: { readonly verbose?: boolean } = {},
): string {
  const lines = [`${palette.bad("Error:")} ${failure.message}`];
  if (failure.hint !== undefined) lines.push(failure.hint);
  if (options.verbose && failure.stack !== undefined) lines.push(palette.faint(failure.stack));
  return `${lines.join("\n")}\n`;
}

/** The same for programs. */
export function failureJson(failure: Failure): object {
  return { error: { code: failure.code, message: failure.message, hint: failure.hint ?? null } };
}
