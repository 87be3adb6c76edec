import { Readable } from "node:stream";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { HttpRequest } from "@smithy/types";
import type { RequestHandler } from "@spawn/result-store";

/** What becomes of a call, where it is not simply sent. */
export type Fault =
  /** Refused, for good. */
  | "error"
  /** Refused as too many, once. */
  | "throttle"
  /** AWS acts, and the answer is lost, once. */
  | "lost-answer"
  /** AWS acts; the process is killed: nothing after it is sent. */
  | "killed";

export interface SentCall {
  /** Such as `RunInstances`. */
  readonly operation: string;
  readonly body: string;
  readonly path: string;
  /** The header that names the region it is for. */
  readonly signature: string;
}

type Answer = { readonly status: number; readonly body: string };

/**
 * Stands between the SDK and moto: counts calls, lets chosen ones fail, and keeps EC2's promise for client tokens, which
 * moto does not: the same token, the same answer.
 */
export class FaultyHandler implements RequestHandler {
  readonly calls: SentCall[] = [];
  /** Asked before each call, with its number from 0. */
  fault: (call: SentCall, number: number) => Fault | undefined = () => undefined;
  /** Answers instead of moto, where it gives one. */
  answer: (call: SentCall) => Answer | undefined = () => undefined;
  readonly #handler = new NodeHttpHandler();
  readonly #byToken = new Map<string, Answer>();
  #killed = false;

  /** As a new process would find it: nothing is dead, moto and the tokens are as they were. */
  revive(): void {
    this.#killed = false;
    this.fault = () => undefined;
  }

  async handle(request: unknown, options?: unknown): Promise<{ response: never }> {
    if (this.#killed) throw refusal("Killed");
    const http = request as HttpRequest;
    const call = callOf(http);
    const number = this.calls.push(call) - 1;
    const fault = this.fault(call, number);
    if (fault === "error") return respond(http, errorAnswer("UnauthorizedOperation", 403));
    if (fault === "throttle") return respond(http, errorAnswer("Throttling", 400));
    const own = this.answer(call);
    if (own !== undefined) return respond(http, own);
    const response = await this.#send(http, call, options);
    if (fault === "killed") {
      this.#killed = true;
      throw refusal("Killed");
    }
    if (fault === "lost-answer") throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
    return response;
  }

  /** Called by each client that is closed; the others go on. */
  destroy(): void {}

  close(): void {
    this.#handler.destroy();
  }

  async #send(http: HttpRequest, call: SentCall, options: unknown): Promise<{ response: never }> {
    const token = new URLSearchParams(call.body).get("ClientToken");
    if (call.operation !== "RunInstances" || token === null || call.body.includes("DryRun=true")) {
      return (await this.#handler.handle(http as never, options as never)) as never;
    }
    const earlier = this.#byToken.get(token);
    if (earlier !== undefined) return respond(http, earlier);
    const { response } = await this.#handler.handle(http as never, options as never);
    const answer = { status: response.statusCode, body: await textOf(response.body as Readable) };
    if (answer.status < 300) this.#byToken.set(token, answer);
    return respond(http, answer);
  }
}

/** A failure that no retry is worth. */
function refusal(name: string): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 }, $fault: "client" });
}

/** An error as each of AWS's protocols writes it. */
function errorAnswer(code: string, status: number): Answer {
  return { status, body: code };
}

/** An EC2 error, for `answer`. */
export function ec2Error(code: string, message: string, status = 400): Answer {
  return {
    status,
    body: `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r</RequestID></Response>`,
  };
}

/** Of a query or a JSON call; what is stored is not looked at. */
function bodyText(body: unknown): string {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array && body.length < 65_536 ? Buffer.from(body).toString("utf8") : "";
}

function callOf(http: HttpRequest): SentCall {
  const body = bodyText(http.body);
  const target = Object.entries(http.headers).find(([name]) => name.toLowerCase() === "x-amz-target")?.[1];
  const operation =
    new URLSearchParams(body).get("Action") ?? target?.split(".").at(-1) ?? `${http.method} ${http.path}`;
  const signature =
    Object.entries(http.headers).find(([name]) => name.toLowerCase() === "authorization")?.[1] ?? "";
  return { operation, body, path: http.path, signature };
}

function respond(http: HttpRequest, { status, body }: Answer): { response: never } {
  const text = status < 300 || body.startsWith("<") ? body : protocolError(http, body);
  const headers = {
    "content-type": text.startsWith("{") ? "application/json" : "text/xml",
    "x-amzn-errortype": body.slice(0, 60),
  };
  const plain = status < 300 ? { "content-type": "text/xml" } : headers;
  return {
    response: { statusCode: status, headers: plain, body: Readable.from([Buffer.from(text)]) } as never,
  };
}

function protocolError(http: HttpRequest, code: string): string {
  const { operation } = callOf(http);
  const query = typeof http.body === "string" && http.body.startsWith("Action=");
  if (query && http.body.includes("Version=2016-11-15"))
    return ec2Error(code, `${operation} was made to fail`).body;
  if (query) {
    return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${operation} was made to fail</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
  }
  if (operation.includes(" ") && !http.headers["content-type"]?.includes("json")) {
    return `<Error><Code>${code}</Code><Message>${operation} was made to fail</Message></Error>`;
  }
  return JSON.stringify({ __type: code, message: `${operation} was made to fail` });
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}
