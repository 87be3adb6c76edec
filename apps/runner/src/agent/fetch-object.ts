import { SpawnError } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";

/** Fetches what a launch has stored. @throws SpawnError `queue-not-found` where it is not there; `store-failed`. */
export async function fetchObject(
  store: ResultStore,
  key: string,
  path: string,
): Promise<{ readonly sha256: string }> {
  const stored = await store.getFile(key, path);
  if (stored !== undefined) return stored;
  throw new SpawnError("queue-not-found", `there is no ${key} in ${store.location}`, {
    hint: "It is stored before the instance is launched, so somebody has removed it: launch again.",
  });
}
