import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { seededNumbers } from "./seeded-numbers.js";

/** Between a program and a server, as a bad network and an overloaded S3 are. */
export class FaultyProxy {
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #sockets = new Set<Socket>();
  readonly #target: URL;
  readonly #chance: () => number;
  /** Share of the requests that are answered with 500 or 503, in [0, 1]. */
  failing = 0;
  #cut = false;
  readonly counts = { passed: 0, failed: 0, dropped: 0 };

  constructor(target: string, seed = 1) {
    this.#target = new URL(target);
    this.#chance = seededNumbers(seed);
    this.#server.on("connection", (socket) => {
      if (this.#cut) {
        this.counts.dropped += 1;
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Nothing gets through any more, and what is on its way is lost. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  heal(): void {
    this.#cut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(incoming: IncomingMessage, response: ServerResponse): void {
    const chance = this.#chance();
    if (chance < this.failing) {
      this.counts.failed += 1;
      incoming.resume();
      incoming.on("end", () => {
        const [status, code] = chance < this.failing / 2 ? [503, "SlowDown"] : [500, "InternalError"];
        response.writeHead(status as number, { "content-type": "application/xml" });
        response.end(`<Error><Code>${code}</Code><Message>injected</Message></Error>`);
      });
      return;
    }
    this.counts.passed += 1;
    const { hostname, port } = this.#target;
    const { method, url, headers } = incoming;
    const outgoing = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    incoming.on("error", () => outgoing.destroy());
    response.on("close", () => {
      if (!response.writableFinished) outgoing.destroy();
    });
    incoming.pipe(outgoing);
  }
}
