import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ec2Instance } from "@spawn/aws-launcher";
import { explainFileError, SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { knownHostsText } from "./ssh-command.js";

/**
 * Writes a known_hosts file with the host keys that the instance's agent has left in its queue's store, where nobody but it
 * and the account's own users can write.
 *
 * @returns the file's path
 * @throws SpawnError `not-supported` where the agent has not left any yet.
 */
export async function pinHostKeys(
  store: ResultStore,
  { instanceId, queueId, launchedAt }: Pick<Ec2Instance, "instanceId" | "queueId" | "launchedAt">,
  folder: string,
): Promise<string> {
  const look = await store.readIfChanged(queueKeys(queueId).hostKeys);
  // Those of the queue's instance before this one are another machine's.
  const isOwn = look.kind === "changed" && look.modifiedMs >= Date.parse(launchedAt);
  const text = isOwn ? knownHostsText(instanceId, Buffer.from(look.bytes).toString("utf8")) : "";
  if (text === "") {
    throw new SpawnError("not-supported", `the host keys of ${instanceId} are not known yet`, {
      hint: "Its agent stores them when it starts, a minute or so after the launch. Try again then; without them nobody can tell that it is this machine that answers.",
    });
  }
  const path = join(folder, instanceId);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.${process.pid}`, text, { mode: 0o600 });
    renameSync(`${path}.${process.pid}`, path);
  } catch (error) {
    throw explainFileError(error, "cannot note the host keys", path);
  }
  return path;
}
