import { setTimeout as wait } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const SIGNED = {
  authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request",
  // Any other type, and the emulator takes the body for a form.
  "content-type": "application/octet-stream",
};

/** A bucket in an emulated S3, seen past all that is under test. */
export class EmulatedBucket {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  static async make(endpoint: string, name: string): Promise<EmulatedBucket> {
    const url = `${endpoint}/${name}`;
    await fetch(url, { method: "PUT", headers: SIGNED });
    return new EmulatedBucket(url);
  }

  async put(key: string, body: string): Promise<void> {
    const { ok, status } = await fetch(`${this.#url}/${key}`, { method: "PUT", headers: SIGNED, body });
    if (!ok) throw new Error(`storing ${key}: ${status}`);
  }

  async get(key: string): Promise<string | undefined> {
    const answer = await fetch(`${this.#url}/${key}`, { headers: SIGNED });
    return answer.ok ? await answer.text() : undefined;
  }

  /** Keys below a prefix, with what follows it, in order. */
  async keys(prefix: string): Promise<readonly string[]> {
    const text = await (await fetch(`${this.#url}?list-type=2&prefix=${prefix}`, { headers: SIGNED })).text();
    return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key.slice(prefix.length)).sort();
  }

  /** How many uploads in parts are not complete. */
  async openUploads(): Promise<number> {
    const text = await (await fetch(`${this.#url}?uploads`, { headers: SIGNED })).text();
    return [...text.matchAll(/<UploadId>/g)].length;
  }

  /** Resolves once an object is there that `accept` likes. */
  async until(key: string, accept: (text: string) => boolean): Promise<string> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const text = await this.get(key);
      if (text !== undefined && accept(text)) return text;
      if (Date.now() > end) throw new Error(`waited in vain for ${key}, which holds: ${text ?? "(nothing)"}`);
      await wait(50);
    }
  }
}
