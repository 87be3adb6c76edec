import type { AttemptSpec } from "../attempt.js";

/** Whether a value is a list of attempts, as a test writes it for a driver. */
export function isAttemptSpecs(value: unknown): value is AttemptSpec[] {
  return (
    Array.isArray(value) &&
    value.every(
      (item: unknown) =>
        typeof item === "object" && item !== null && "command" in item && "files" in item && "marker" in item,
    )
  );
}
