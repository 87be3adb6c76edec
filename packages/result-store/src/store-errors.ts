import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";

/**
 * Turns what a call on the store's own files threw into what a user can read. Errors that are not the system's (bugs,
 * an abort) stay as they are.
 */
export function explainStoreError(error: unknown, what: string, path: string): unknown {
  const explained = explainFileError(error, what, path);
  if (explained !== error || !/^E[A-Z0-9]+$/.test(errnoOf(error) ?? "")) return explained;
  return new SpawnError(
    "store-failed",
    `${what}: ${error instanceof Error ? error.message : String(error)}`,
    {
      hint: `Check the file system that holds ${path}, then run the same command again.`,
      cause: error,
    },
  );
}

/** Runs a synchronous call on the store's own files, its failure explained. */
export function explained<T>(what: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw explainStoreError(error, what, path);
  }
}
