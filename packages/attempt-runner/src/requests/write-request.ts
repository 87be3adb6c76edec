import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, explainFileError, type Random, systemRandom } from "@spawn/foundation";
import { machineClock } from "../machine-clock.js";
import { REQUEST_SUFFIX, REQUESTS_FOLDER, type RunnerRequest } from "./request.js";

export interface WriteRequestOptions {
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Leaves a request in the queue's folder, whole or not at all, for the runner that is there or the next one.
 *
 * @returns its id.
 * @throws SpawnError `permission-denied` or `no-space`.
 */
export function writeRequest(
  folder: string,
  request: RunnerRequest,
  { clock = machineClock, random = systemRandom() }: WriteRequestOptions = {},
): string {
  const id = `${String(clock.wallMs()).padStart(15, "0")}-${random.hex(8)}`;
  const requests = join(folder, REQUESTS_FOLDER);
  const path = join(requests, `${id}${REQUEST_SUFFIX}`);
  const draft = join(requests, `.${id}`);
  try {
    mkdirSync(requests, { recursive: true });
    writeFileSync(draft, `${JSON.stringify(request)}\n`, { mode: 0o644 });
    renameSync(draft, path);
    return id;
  } catch (error) {
    rmSync(draft, { force: true });
    throw explainFileError(error, "cannot leave a request for the runner", requests);
  }
}
