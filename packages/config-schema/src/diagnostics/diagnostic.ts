/** Every kind of problem a queue file can have. Tests and tools match on the code, never on the message. */
export const DIAGNOSTIC_SEVERITIES = {
  // The file as text.
  "not-utf8": "error",
  "empty-file": "error",
  "json-syntax": "error",
  "yaml-syntax": "error",
  "yaml-tag": "error",
  "yaml-non-string-key": "error",
  "yaml-many-documents": "error",
  "yaml-alias": "error",
  "duplicate-key": "error",
  "too-deep": "error",
  // Its shape.
  "wrong-type": "error",
  "unknown-key": "error",
  "missing-key": "error",
  "both-spellings": "error",
  "bad-choice": "error",
  "out-of-range": "error",
  "empty-text": "error",
  "ambiguous-value": "error",
  "nul-byte": "error",
  // What it says.
  "no-jobs": "error",
  "bad-id": "error",
  "path-in-id": "error",
  "reserved-id": "error",
  "duplicate-id": "error",
  "unknown-dependency": "error",
  "self-dependency": "error",
  "duplicate-dependency": "warning",
  "dependency-cycle": "error",
  "unknown-handler": "error",
  "self-handler": "error",
  "bad-duration": "error",
  "zero-timeout": "error",
  "bad-size": "error",
  "bad-shell": "error",
  "bad-bucket": "error",
  "empty-command": "error",
  "bad-retry-count": "error",
  "bad-exit-code": "error",
  "retry-conflict": "error",
  "unused-jitter": "error",
  "retry-without-effect": "warning",
  "delay-capped": "warning",
  "bad-variable-name": "error",
  "provided-variable": "error",
  "bad-variable-reference": "error",
  "gpu-variable": "error",
  "bad-secret": "error",
  "secret-in-environment": "error",
  "undefined-variable": "warning",
} as const satisfies Record<string, Severity>;

export type Severity = "error" | "warning";

export type DiagnosticCode = keyof typeof DIAGNOSTIC_SEVERITIES;

/** One problem, with its place in the file. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  /** What is wrong, as one sentence without a full stop. */
  readonly message: string;
  /** What to write instead. */
  readonly suggestion?: string;
  readonly fileName: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** How much of the line the problem covers, in UTF-16 code units, at least 1. */
  readonly length: number;
  /** Where in the value: `jobs[2].timeout`; empty for the file as a whole. */
  readonly path: string;
}
