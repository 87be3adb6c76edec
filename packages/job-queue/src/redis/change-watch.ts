import type { Redis } from "ioredis";
import { ChangeListeners } from "../change-listeners.js";

/** Hears of changes, whoever made them, through a connection of its own. */
export function watchChanges(client: Redis, prefix: string): ChangeListeners {
  return new ChangeListeners((tell) => {
    const subscriber = client.duplicate({ lazyConnect: false });
    subscriber.on("error", () => {});
    subscriber.on("message", tell);
    // What happened while there was no connection was not heard.
    subscriber.on("ready", () => {
      subscriber.subscribe(`${prefix}:changed`).then(tell, () => {});
    });
    return () => subscriber.disconnect();
  });
}
