import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import type { Answer } from "./answer.js";
import type { AwsCall } from "./aws-call.js";

/** The server behind the proxy. */
export class Upstream {
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(endpoint: string) {
    this.#target = new URL(endpoint);
  }

  /** Sends a call on whose body was read, and reads its answer. */
  async send(call: AwsCall, body: Buffer = call.body): Promise<Answer> {
    const answer = await this.#open(call, (outgoing) => outgoing.end(body));
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 502, headers: headersOf(answer), body: Buffer.concat(chunks) };
  }

  /** Sends a call on whose body was not read; returns once that has an answer. */
  async sendStream(call: AwsCall, incoming: IncomingMessage): Promise<Answer> {
    const answer = await this.#open(call, (outgoing) =>
      // Told by the request itself where one of them ends early.
      pipeline(incoming, outgoing, () => {}),
    );
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 502, headers: headersOf(answer), body: Buffer.concat(chunks) };
  }

  /** Lets an answer through as it comes, where `isWanted` says so of its status; else returns that, unread. */
  async pass(
    call: AwsCall,
    response: ServerResponse,
    isWanted: (status: number) => boolean,
  ): Promise<boolean> {
    const answer = await this.#open(call, (outgoing) => outgoing.end(call.body));
    if (!isWanted(answer.statusCode ?? 502)) {
      answer.resume();
      return false;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    response.once("close", () => answer.destroy());
    return true;
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(call: AwsCall, write: (outgoing: ReturnType<typeof request>) => void): Promise<IncomingMessage> {
    const { hostname, port } = this.#target;
    const { method, url, headers } = call;
    const path = `${url.pathname}${url.search}`;
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path, headers, agent: this.#agent }, resolve);
      outgoing.once("error", reject);
      write(outgoing);
    });
  }
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const {
    "content-length": _length,
    "transfer-encoding": _encoding,
    connection: _connection,
    ...rest
  } = headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
}
