import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { JOB_LUA } from "./job-lua.js";

/** A script that the server runs whole, with nothing in between. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function script(body: string): Script {
  const lua = `${JOB_LUA}\n${body}`;
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

export type ScriptArgument = string | number;

/** What a script answers with: integers, texts, and lists of them. */
export type Reply = number | string | null | readonly Reply[];

/** Runs scripts on the keys below one prefix. */
export class Scripts {
  readonly #client: Redis;
  readonly prefix: string;

  constructor(client: Redis, prefix: string) {
    this.#client = client;
    this.prefix = prefix;
  }

  async run({ lua, sha }: Script, ...args: ScriptArgument[]): Promise<Reply> {
    try {
      return (await this.#client.evalsha(sha, 1, this.prefix, ...args)) as Reply;
    } catch (error) {
      // The server has been restarted, or has never seen it.
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return (await this.#client.eval(lua, 1, this.prefix, ...args)) as Reply;
    }
  }
}
