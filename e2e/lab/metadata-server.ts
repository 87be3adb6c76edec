import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const TOKEN_HEADER = "x-aws-ec2-metadata-token";
const LONGEST_TOKEN_LIFE_S = 21_600;

/** The metadata of one instance, by path below `/latest/`; `undefined` where it has none. */
export type Metadata = (path: string) => Promise<string | undefined>;

/** The instance metadata service, version 2 alone: it knows by the address of whoever asks which instance that is. */
export class MetadataServer {
  readonly #of: (address: string) => Metadata | undefined;
  readonly #tokens = new Map<string, { readonly address: string; readonly until: number }>();
  readonly #server = createServer((incoming, response) => void this.#serve(incoming, response));

  constructor(of: (address: string) => Metadata | undefined) {
    this.#of = of;
  }

  /** Returns the port. */
  async listen(address: string): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, address, resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { status, body } = await this.#answer(incoming);
      response.writeHead(status, { "content-type": "text/plain" });
      response.end(body);
    } catch (error) {
      response.writeHead(500);
      response.end(String(error));
    }
  }

  async #answer({
    method,
    url = "",
    headers,
    socket,
  }: IncomingMessage): Promise<{ status: number; body: string }> {
    const address = socket.remoteAddress ?? "";
    const metadata = this.#of(address);
    if (metadata === undefined) return { status: 404, body: "" };
    if (method === "PUT" && url === "/latest/api/token") return this.#newToken(address, headers);
    const token = this.#tokens.get(String(headers[TOKEN_HEADER] ?? ""));
    if (token?.address !== address || token.until < Date.now()) return { status: 401, body: "" };
    if (method !== "GET" || !url.startsWith("/latest/")) return { status: 404, body: "" };
    const value = await metadata(url.slice("/latest/".length));
    return value === undefined ? { status: 404, body: "" } : { status: 200, body: value };
  }

  #newToken(address: string, headers: IncomingMessage["headers"]): { status: number; body: string } {
    const life = Number(headers[`${TOKEN_HEADER}-ttl-seconds`]);
    if (!(life >= 1 && life <= LONGEST_TOKEN_LIFE_S)) return { status: 400, body: "" };
    const token = randomUUID();
    this.#tokens.set(token, { address, until: Date.now() + life * 1000 });
    return { status: 200, body: token };
  }
}
