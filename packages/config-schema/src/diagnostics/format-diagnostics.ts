import { codeFrame } from "./code-frame.js";
import type { Diagnostic } from "./diagnostic.js";
import { LineIndex } from "./line-index.js";
import { KEPT_LIMIT } from "./problems.js";
import { SHOWN_LIMIT } from "./resolve-problems.js";

export interface FormatOptions {
  /** The file's text, as `loadQueueFile` gives it. */
  readonly text: string;
  /** How the file is called in the output. */
  readonly fileName: string;
  readonly color: boolean;
}

type Style = "bold" | "red" | "yellow" | "cyan" | "dim";

const STYLE_CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, yellow: 33, cyan: 36 };

/**
 * Diagnostics as text for a terminal: place, message, the lines around it with the problem marked, what to write instead.
 * At most 100 of them, then how many more there are.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  { text, fileName, color }: FormatOptions,
): string {
  const lines = new LineIndex(text);
  const paint = (style: Style, words: string): string =>
    color ? `\u001b[${STYLE_CODES[style]}m${words}\u001b[0m` : words;
  const blocks = diagnostics.slice(0, SHOWN_LIMIT).map((diagnostic) => {
    const { severity, code, message, suggestion, line, column, path } = diagnostic;
    const tone = severity === "error" ? "red" : "yellow";
    const frame = codeFrame(lines, diagnostic);
    return [
      `${paint("bold", `${fileName}:${line}:${column}`)}: ${paint(tone, severity)}: ${path === "" ? "" : `${path}: `}${message} ${paint("dim", `[${code}]`)}`,
      ...frame.before.map((shown) => `  ${paint("dim", shown)}`),
      `  ${frame.line}`,
      `  ${paint(tone, frame.carets)}`,
      ...(suggestion === undefined ? [] : [`  ${paint("cyan", "→")} ${suggestion}`]),
      "",
    ].join("\n");
  });
  const more = diagnostics.length - SHOWN_LIMIT;
  const atLeast = diagnostics.length >= KEPT_LIMIT ? "at least " : "";
  return [...blocks, ...(more > 0 ? [`and ${atLeast}${more} more\n`] : [])].join("\n");
}
