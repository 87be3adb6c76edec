import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { queueKeys, type ResultStore } from "@spawn/result-store";

/** Leaves the public host keys of the instance's ssh server in the store, for who connects to compare; none, no object. */
export async function publishHostKeys(
  store: ResultStore,
  queueId: string,
  folder = "/etc/ssh",
): Promise<void> {
  const keys = readKeys(folder);
  if (keys.length > 0) await store.putBytes(queueKeys(queueId).hostKeys, Buffer.from(keys.join("")));
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
