import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { clockAheadMs } from "./clock-ahead.js";

/**
 * Leaves the public host keys of the instance's ssh server in the store, for who connects to compare; none, no object.
 *
 * @returns how far this machine's clock is ahead of the store's; see `clockAheadMs`
 */
export async function publishHostKeys(
  store: ResultStore,
  queueId: string,
  wallMs: () => number,
  folder = "/etc/ssh",
): Promise<number | undefined> {
  const keys = readKeys(folder);
  if (keys.length === 0) return undefined;
  const key = queueKeys(queueId).hostKeys;
  return await clockAheadMs(store, key, wallMs, () => store.putBytes(key, Buffer.from(keys.join(""))));
}

function readKeys(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^ssh_host_\w+_key\.pub$/.test(name))
      .sort()
      .map((name) => `${readFileSync(join(folder, name), "utf8").trim()}\n`);
  } catch {
    return [];
  }
}
