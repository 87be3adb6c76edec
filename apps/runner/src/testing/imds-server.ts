import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A metadata service as EC2's version 2: nothing without a token, tokens by PUT alone. */
export interface ImdsServer {
  readonly endpoint: string;
  /** What it knows, by path below `/latest/`; may be changed at any time. */
  readonly values: Map<string, string>;
  /** Forgets all tokens, as if they had run out. */
  expireTokens(): void;
  /** Answers the next requests with this status. */
  failNext(count: number, status: number): void;
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export async function startImdsServer(values: Readonly<Record<string, string>> = {}): Promise<ImdsServer> {
  const known = new Map(Object.entries(values));
  const tokens = new Set<string>();
  const requests: string[] = [];
  let failures = { count: 0, status: 500 };
  const server: Server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const answer = (status: number, body = ""): void => {
      response.writeHead(status).end(body);
    };
    if (failures.count > 0) {
      failures.count -= 1;
      return answer(failures.status);
    }
    if (request.url === "/latest/api/token") {
      if (request.method !== "PUT") return answer(405);
      if (request.headers["x-aws-ec2-metadata-token-ttl-seconds"] === undefined) return answer(400);
      const token = `token-${tokens.size}-${requests.length}`;
      tokens.add(token);
      return answer(200, token);
    }
    if (!tokens.has(String(request.headers["x-aws-ec2-metadata-token"]))) return answer(401);
    const value = known.get((request.url ?? "").replace("/latest/", ""));
    return value === undefined ? answer(404) : answer(200, value);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    values: known,
    expireTokens: () => tokens.clear(),
    failNext: (count, status) => {
      failures = { count, status };
    },
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
