import type { ErrorCode } from "@spawn/foundation";

/** What would make a launch fail. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
}
