import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import type { HttpRequest } from "@smithy/types";
import type { FirstContact } from "./first-contact.js";
import type { RequestHandler } from "./request-handler.js";

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
    if (contact.isMade) return await send(options.abortSignal);
    const left = contact.msLeft();
    if (left === 0) throw unreachable();
    const limit = AbortSignal.timeout(left);
    const { abortSignal } = options;
    try {
      const answer = await send(abortSignal === undefined ? limit : AbortSignal.any([abortSignal, limit]));
      contact.isMade = true;
      return answer;
    } catch (error) {
      if (!limit.aborted || abortSignal?.aborted === true) throw error;
      throw unreachable();
    }
  }

  destroy(): void {
    this.#handler.destroy();
  }
}

/** By its name no retry is worth it. */
function unreachable(): Error {
  return Object.assign(new Error("nobody answers"), { name: "NoFirstAnswer" });
}
