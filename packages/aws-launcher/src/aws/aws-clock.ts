/** AWS's clock, by the `Date` of what it last answered. */
export class AwsClock {
  #heard: { readonly awsMs: number; readonly atMs: number } | undefined;

  /** @param answer an HTTP response; anything else says nothing */
  hear(answer: unknown, atMs: number = performance.now()): void {
    const headers = (answer as { readonly headers?: Readonly<Record<string, string>> } | undefined)?.headers;
    const awsMs = Date.parse(headers?.date ?? "");
    if (!Number.isNaN(awsMs)) this.#heard = { awsMs, atMs };
  }

  /** Milliseconds since the Unix epoch; `undefined` where nothing was heard. */
  nowMs(atMs: number = performance.now()): number | undefined {
    return this.#heard === undefined ? undefined : this.#heard.awsMs + (atMs - this.#heard.atMs);
  }
}
