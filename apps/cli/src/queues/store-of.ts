import type { ResultStore } from "@spawn/result-store";
import type { Context } from "../context.js";
import type { QueueReference } from "./queue-reference.js";

/** The result store that has a queue. @throws SpawnError `permission-denied`, `store-failed`. */
export async function storeOf(context: Context, reference: QueueReference): Promise<ResultStore> {
  if (reference.kind !== "ec2") return context.storeAt(reference.storeRoot);
  const { region, account, storeRoot } = reference;
  return account === undefined
    ? (await context.ec2(region)).storeAt(storeRoot)
    : context.storeAt(storeRoot, { region, account });
}
