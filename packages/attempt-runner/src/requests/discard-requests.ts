import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, explainFileError } from "@spawn/foundation";
import { parseRequest, REQUEST_SUFFIX, REQUESTS_FOLDER, type RunnerRequest } from "./request.js";

/**
 * Removes requests that were meant for a runner that is gone, before the next one listens.
 *
 * @param isStale is asked about each one that can be read; the others are left for `watchRequests` to reject.
 * @throws SpawnError `permission-denied`.
 */
export function discardRequests(folder: string, isStale: (request: RunnerRequest) => boolean): void {
  const requests = join(folder, REQUESTS_FOLDER);
  try {
    for (const name of readdirSync(requests)) {
      if (!name.endsWith(REQUEST_SUFFIX) || name.startsWith(".")) continue;
      const path = join(requests, name);
      const request = parseRequest(readFileSync(path, "utf8"));
      if (typeof request !== "string" && isStale(request)) rmSync(path, { force: true });
    }
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw explainFileError(error, "cannot look for requests", requests);
  }
}
