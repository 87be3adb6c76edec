import type { QueueStatus } from "@spawn/status-model";
import type { Context } from "../context.js";
import type { QueueReference } from "./queue-reference.js";

/** The status of a queue now, wherever it can be read. Only what reads it there is loaded. */
export async function readStatus(context: Context, reference: QueueReference): Promise<QueueStatus> {
  switch (reference.kind) {
    case "local": {
      const { openQueue } = await import("./open-local-queue.js");
      return (await openQueue(context, reference.instance)).queue.status();
    }
    case "stored": {
      const { openStoredQueue } = await import("./stored-queue.js");
      const store = await context.storeAt(reference.storeRoot);
      return (await openStoredQueue(context, store, reference.queueId)).status;
    }
    case "ec2": {
      const { openRemoteQueue } = await import("./remote/open-remote-queue.js");
      return (await openRemoteQueue(context, reference)).look();
    }
  }
}
