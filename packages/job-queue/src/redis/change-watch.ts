import type { Redis } from "ioredis";

/** Hears of changes, whoever made them, through a connection of its own. Those of one turn of the event loop are told once. */
export class ChangeWatch {
  readonly #client: Redis;
  readonly #channel: string;
  readonly #listeners = new Set<() => void>();
  #subscriber: Redis | undefined;
  #isDue = false;

  constructor(client: Redis, prefix: string) {
    this.#client = client;
    this.#channel = `${prefix}:changed`;
  }

  add(onChange: () => void): () => void {
    const listener = (): void => onChange();
    this.#listeners.add(listener);
    this.#subscriber ??= this.#subscribe();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#subscriber?.disconnect();
    this.#subscriber = undefined;
    this.#listeners.clear();
  }

  #subscribe(): Redis {
    const subscriber = this.#client.duplicate({ lazyConnect: false });
    subscriber.on("error", () => {});
    subscriber.on("message", () => this.#tell());
    // What happened while there was no connection was not heard.
    subscriber.on("ready", () => {
      subscriber.subscribe(this.#channel).then(
        () => this.#tell(),
        () => {},
      );
    });
    return subscriber;
  }

  #tell(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
