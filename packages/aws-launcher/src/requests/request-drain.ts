import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import type { Ec2Instance } from "../instances/ec2-instance.js";
import { putRequest, type RequestParts } from "./put-request.js";

/** What came of asking an instance to stop its jobs, to put everything into the store, and to end. */
export type DrainAnswer =
  | { readonly kind: "asked" }
  /** Its queue has stopped, and its agent has said so last of all. */
  | { readonly kind: "nothing-to-store" }
  /** The store does not take the request. */
  | { readonly kind: "not-asked"; readonly why: string };

/** An instance has to be ended whether its store can be reached or not: a store that fails is an answer. */
export async function requestDrain(parts: RequestParts, instance: Ec2Instance): Promise<DrainAnswer> {
  if (await hasStopped(parts.store, instance)) return { kind: "nothing-to-store" };
  try {
    await putRequest(parts, instance.queueId, { kind: "interrupt", cause: "shutdown" });
    return { kind: "asked" };
  } catch (error) {
    if (error instanceof SpawnError) return { kind: "not-asked", why: error.message };
    throw error;
  }
}

const STOPPED: readonly unknown[] = ["completed", "failed", "cancelled", "interrupted"];

async function hasStopped(store: ResultStore, { queueId, instanceId }: Ec2Instance): Promise<boolean> {
  try {
    const bytes = await store.readBytes(queueKeys(queueId).status);
    if (bytes === undefined) return false;
    const said: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (typeof said !== "object" || said === null || Reflect.get(said, "instance_id") !== instanceId)
      return false;
    return STOPPED.includes(Reflect.get(said, "status"));
  } catch (error) {
    if (error instanceof SpawnError || error instanceof SyntaxError) return false;
    throw error;
  }
}
