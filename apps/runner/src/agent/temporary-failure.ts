import { SpawnError } from "@spawn/foundation";

/** The network or the store, which may be there again the next time. */
export function isTemporary(error: unknown): boolean {
  return error instanceof SpawnError && error.code === "store-failed";
}

/** What a role that is not known everywhere yet is answered too. */
export function isRefusal(error: unknown): boolean {
  return error instanceof SpawnError && error.code === "permission-denied";
}
