import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

/** Agents that keep connections for later requests, for both protocols, at most so many connections each. */
export function connectionAgents(maxSockets: number): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  const options = { keepAlive: true, maxSockets };
  return {
    httpAgent: withoutCopies(new HttpAgent(options)),
    httpsAgent: withoutCopies(new HttpsAgent(options)),
  };
}

/**
 * Bun writes several chunks at once by copying them into one: a part of an upload, which follows its headers, as a whole.
 * A socket that cannot write several at once is given one after another, which are not copied.
 */
function withoutCopies<A extends HttpAgent>(agent: A): A {
  if (process.versions.bun === undefined) return agent;
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => Object.assign(connect(...args) as object, { _writev: null }) as never;
  return agent;
}
