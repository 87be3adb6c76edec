import { SpawnError } from "@spawn/foundation";

/** A failure for which the status of a queue is not known. It keeps the failure's code and hint. */
export function unknownStatus(queueId: string, error: unknown, more?: string): unknown {
  if (!(error instanceof SpawnError)) return error;
  const words = more === undefined ? error.message : `${error.message}; ${more}`;
  return new SpawnError(error.code, `the status of ${queueId} is unknown: ${words}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}
