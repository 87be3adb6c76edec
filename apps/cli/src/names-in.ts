import { readdirSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";

/** What a folder holds; nothing where it is not there. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}
