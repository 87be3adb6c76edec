import { type Diagnostic, formatDiagnostics } from "@spawn/config-schema";

/** Warnings about a queue file, with their places; empty when there are none. */
export function warningsText(
  source: { readonly text: string; readonly fileName: string },
  diagnostics: readonly Diagnostic[],
  color: boolean,
): string {
  if (diagnostics.length === 0) return "";
  return formatDiagnostics(diagnostics, { ...source, color }).trimEnd();
}
