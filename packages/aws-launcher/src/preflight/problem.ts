import type { ErrorCode } from "@spawn/foundation";

/** What would make a launch fail. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a part of the preflight has found. */
export interface Findings {
  readonly problems: readonly Problem[];
  /** What could not be checked, in words. */
  readonly notes: readonly string[];
}

export function found(...messages: readonly string[]): Findings {
  return { problems: messages.map((message) => ({ code: "bad-arguments", message })), notes: [] };
}

export function noted(...notes: readonly string[]): Findings {
  return { problems: [], notes };
}

export function allOf(findings: readonly Findings[]): Findings {
  return {
    problems: findings.flatMap(({ problems }) => problems),
    notes: findings.flatMap(({ notes }) => notes),
  };
}
