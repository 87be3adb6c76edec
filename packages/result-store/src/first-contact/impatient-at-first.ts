import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import type { HttpRequest } from "@smithy/types";
import type { FirstContact } from "./first-contact.js";
import type { RequestHandler } from "./request-handler.js";

/** What is larger may take long to send over a slow line. */
const SMALL_BYTES = 64 * 1024;

/** The SDK's own handler, which until AWS has answered once is short of patience, whatever its retries. */
export class ImpatientAtFirst implements RequestHandler {
  readonly #handler: NodeHttpHandler;
  readonly #contact: FirstContact;

  constructor(contact: FirstContact, options: NodeHttpHandlerOptions) {
    this.#contact = contact;
    this.#handler = new NodeHttpHandler(options);
  }

  async handle(
    request: unknown,
    options: { readonly abortSignal?: AbortSignal } = {},
  ): Promise<{ response: never }> {
    const contact = this.#contact;
    const send = (signal: AbortSignal | undefined) =>
      this.#handler.handle(request as HttpRequest as never, {
        ...options,
        ...(signal === undefined ? {} : { abortSignal: signal }),
      }) as Promise<{ response: never }>;
    if (contact.isMade || !isSmall(request)) return await send(options.abortSignal);
    const left = contact.msLeft();
    if (left === 0) throw unreachable();
    const limit = new AbortController();
    // Only until there is an answer: what it holds may take long to arrive.
    const timer = setTimeout(() => limit.abort(), left);
    const { abortSignal } = options;
    try {
      const either = abortSignal === undefined ? limit.signal : AbortSignal.any([abortSignal, limit.signal]);
      const answer = await send(either);
      contact.isMade = true;
      return answer;
    } catch (error) {
      if (!limit.signal.aborted || abortSignal?.aborted === true) throw error;
      throw unreachable();
    } finally {
      clearTimeout(timer);
    }
  }

  destroy(): void {
    this.#handler.destroy();
  }
}

function isSmall(request: unknown): boolean {
  const { body } = request as HttpRequest;
  if (body === undefined || body === null) return true;
  return (typeof body === "string" || body instanceof Uint8Array) && body.length <= SMALL_BYTES;
}

/** By its name no retry is worth it. */
function unreachable(): Error {
  return Object.assign(new Error("nobody answers"), { name: "NoFirstAnswer" });
}
