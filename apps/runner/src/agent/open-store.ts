import { SpawnError } from "@spawn/foundation";
import { folderStore, type ResultStore } from "@spawn/result-store";

/**
 * The store that a configuration names.
 *
 * @throws SpawnError `not-supported`.
 */
export function openStore(location: string): ResultStore {
  if (location.startsWith("/")) return folderStore(location);
  throw new SpawnError("not-supported", `this version of the runner has no store at ${location}`, {
    hint: "S3 is being built; a folder that the instance has mounted can be used.",
  });
}
