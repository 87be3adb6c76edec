import type { ResultStore } from "@spawn/result-store";
import type { QueueHold } from "./queue-hold.js";

type Call = (...of: never[]) => Promise<unknown>;

const CHANGES: ReadonlySet<string | symbol> = new Set([
  "putFile",
  "putBytes",
  "growFile",
  "copy",
  "remove",
] satisfies readonly (keyof ResultStore)[]);

/** A store in which nothing is changed once another instance has the queue: its jobs' logs and results are the other's then. */
export function heldStore(store: ResultStore, hold: QueueHold): ResultStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as Call;
      if (!CHANGES.has(name)) return call;
      return async (...of: never[]) => {
        await hold.ensure();
        return await call(...of);
      };
    },
  });
}
