import type { Redis } from "ioredis";
import type { NewTicket, TicketQueues } from "./ticket-queues.js";

export interface UnsentTicket extends NewTicket {
  readonly jobId: string;
}

/**
 * Brings tickets to BullMQ. A job is in the outbox from the step that makes it pending until its ticket is known to have
 * come: when whoever made it so is killed in between, the next claim sends the ticket.
 */
export class Outbox {
  readonly #client: Redis;
  readonly #tickets: TicketQueues;
  readonly #prefix: string;

  constructor(client: Redis, tickets: TicketQueues, prefix: string) {
    this.#client = client;
    this.#tickets = tickets;
    this.#prefix = prefix;
  }

  async send(unsent: readonly UnsentTicket[]): Promise<void> {
    if (unsent.length === 0) return;
    await this.#tickets.add(unsent);
    this.#client.zrem(`${this.#prefix}:outbox`, ...unsent.map(({ jobId }) => jobId)).catch(() => {
      // It is sent again, which changes nothing.
    });
    this.tell();
  }

  /** Tells those who watch that there is something to claim. */
  tell(): void {
    this.#client.publish(`${this.#prefix}:changed`, "").catch(() => {});
  }
}
