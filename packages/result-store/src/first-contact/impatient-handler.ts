import type { NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import type { FirstContact } from "./first-contact.js";
import type { RequestHandler } from "./request-handler.js";

/** See `ImpatientAtFirst`; loaded when it is first needed. */
export async function impatientAtFirst(
  contact: FirstContact,
  options: NodeHttpHandlerOptions,
): Promise<RequestHandler> {
  return new (await import("./impatient-at-first.js")).ImpatientAtFirst(contact, options);
}
