import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { seededNumbers } from "../../seeded-numbers.js";
import type { RoleGuard } from "../policy/role-guard.js";
import { type Answer, type Refusal, refusal, refusalAnswer } from "./answer.js";
import { type AwsCall, isUnread, readCall } from "./aws-call.js";
import type { Ec2Manners } from "./ec2-manners.js";
import { priceAnswer } from "./price-list.js";
import type { Schedules } from "./schedules.js";
import { UploadChecksums } from "./upload-checksums.js";
import type { Upstream } from "./upstream.js";

/** What becomes of one call, where it is not simply answered. */
export type Fault =
  | { readonly kind: "refuse"; readonly refusal: Refusal }
  /** AWS acts, and the connection is cut instead of an answer. */
  | { readonly kind: "lose-answer" }
  /** The connection is cut, and AWS never heard of it. */
  | { readonly kind: "lose-call" };

export interface ProxyParts {
  readonly upstream: Upstream;
  readonly ec2: Ec2Manners;
  readonly schedules: Schedules;
  readonly guard: RoleGuard;
  readonly seed: number;
}

/** A call that came; without its body. Times are `performance.now()`'s. */
export interface SeenCall {
  readonly operation: string;
  readonly service: string;
  readonly accessKey: string;
  readonly beganMs: number;
  /** `undefined` while it is being carried out. */
  endedMs?: number;
  /** Of the answer; `undefined` while there is none. */
  status?: number;
}

/** AWS as it is documented, in front of moto, which knows the calls and not all of the manners. */
export class AwsProxy {
  readonly #parts: ProxyParts;
  readonly #server = createServer((incoming, response) => this.#take(incoming, response));
  readonly #sockets = new Set<Socket>();
  readonly #chance: () => number;
  readonly #open = new Set<Promise<void>>();
  readonly #checksums = new UploadChecksums();
  /** What came, in order. */
  readonly calls: SeenCall[] = [];
  /** Asked of each call. */
  fault: (call: AwsCall) => Fault | undefined = () => undefined;
  /** The share, in [0, 1], of S3's calls like this one that are answered with 500 or 503. */
  s3Failing: (call: AwsCall) => number = () => 0;
  /** Of those calls. */
  readonly s3Counts = { failed: 0, passed: 0 };

  constructor(parts: ProxyParts) {
    this.#parts = parts;
    this.#chance = seededNumbers(parts.seed);
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** Returns the endpoint. */
  async listen(address: string): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, address, resolve));
    return `http://${address}:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#parts.upstream.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Resolves when no call is being carried out any more. */
  async quiet(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  #take(incoming: IncomingMessage, response: ServerResponse): void {
    const served = this.#serve(incoming, response).finally(() => this.#open.delete(served));
    this.#open.add(served);
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const beganMs = performance.now();
    try {
      const call = await readCall(incoming);
      const { operation, service, accessKey } = call;
      const seen: SeenCall = { operation, service, accessKey, beganMs };
      this.calls.push(seen);
      response.once("close", () => {
        seen.endedMs = performance.now();
        if (response.headersSent) seen.status = response.statusCode;
      });
      const fault = this.fault(call) ?? this.#badDay(call);
      if (fault?.kind === "lose-call") return void incoming.socket.destroy();
      const refused = fault?.kind === "refuse" ? fault.refusal : await this.#parts.guard.refuses(call);
      if (refused !== undefined) return await this.#refuse(call, incoming, response, refused);
      if (call.operation === "GetObject" && fault === undefined) return await this.#getObject(call, response);
      const answer = await this.#answer(call, incoming);
      if (fault?.kind === "lose-answer") return void incoming.socket.destroy();
      send(response, answer);
    } catch {
      // Of either end of the proxy: whoever asked gets no answer.
      incoming.socket.destroy();
    }
  }

  #badDay(call: AwsCall): Fault | undefined {
    if (call.service !== "s3") return undefined;
    const share = this.s3Failing(call);
    if (share === 0) return undefined;
    const chance = this.#chance();
    if (chance >= share) {
      this.s3Counts.passed += 1;
      return undefined;
    }
    this.s3Counts.failed += 1;
    const isSlow = chance < share / 2;
    const said = isSlow
      ? refusal("SlowDown", "Please reduce your request rate.", 503)
      : refusal("InternalError", "We encountered an internal error. Please try again.", 500);
    return { kind: "refuse", refusal: said };
  }

  async #refuse(
    call: AwsCall,
    incoming: IncomingMessage,
    response: ServerResponse,
    refused: Refusal,
  ): Promise<void> {
    incoming.resume();
    // Also where whoever sends it gives up.
    if (isUnread(call) && !incoming.complete) await new Promise((resolve) => incoming.once("close", resolve));
    send(response, refusalAnswer(call, refused));
  }

  /** May be large, so it is never held here. */
  async #getObject(call: AwsCall, response: ServerResponse): Promise<void> {
    const { upstream, guard } = this.#parts;
    const hides = await guard.hidesAbsence(call);
    const passed = await upstream.pass(call, response, (status) => !(status === 404 && hides));
    if (!passed) send(response, absence(call));
  }

  async #answer(call: AwsCall, incoming: IncomingMessage): Promise<Answer> {
    const { upstream, ec2, schedules, guard } = this.#parts;
    if (call.service === "s3") {
      const refused = this.#checksums.refuses(call);
      if (refused !== undefined) return refusalAnswer(call, refused);
    }
    if (isUnread(call)) {
      return this.#checksums.see(call, await upstream.sendStream(call, incoming));
    }
    if (call.service === "ec2") return await ec2.answer(call);
    if (call.service === "pricing" && call.operation === "GetProducts") return priceAnswer(call);
    if (call.operation === "CreateScheduleGroup" && (await this.#hasGroup(call)))
      return refusalAnswer(call, refusal("ConflictException", "The schedule group already exists.", 409));
    const answer = this.#checksums.see(call, await upstream.send(call));
    if (call.service === "scheduler" && answer.status < 300) schedules.learn(call);
    if (call.service === "iam") {
      guard.forget();
      if (answer.status < 300) ec2.learnProfile(call);
    }
    const isAbsent = call.operation === "HeadObject" && answer.status === 404;
    return isAbsent && (await guard.hidesAbsence(call)) ? absence(call) : answer;
  }

  /** The emulator would make it anew, without its schedules. */
  async #hasGroup({ headers, ...call }: AwsCall): Promise<boolean> {
    const asking = { ...call, method: "GET", headers: { ...headers, "content-length": "0" } };
    return (await this.#parts.upstream.send(asking, Buffer.alloc(0))).status < 300;
  }
}

function absence(call: AwsCall): Answer {
  return refusalAnswer(call, refusal("AccessDenied", "Access Denied", 403));
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, "content-length": body.length });
  response.end(body);
}
