import type { Random } from "@spawn/foundation";
import type { Outbox } from "./outbox.js";
import type { Scripts } from "./scripts.js";
import type { TicketQueues } from "./ticket-queues.js";

const TOKEN_LENGTH = 32;

/** What changes of jobs work with: the rows, BullMQ's tickets of them, and what is on its way between the two. */
export class Session {
  readonly scripts: Scripts;
  readonly tickets: TicketQueues;
  readonly outbox: Outbox;
  readonly #random: Random;

  constructor(scripts: Scripts, tickets: TicketQueues, outbox: Outbox, random: Random) {
    this.scripts = scripts;
    this.tickets = tickets;
    this.outbox = outbox;
    this.#random = random;
  }

  /** For a lock: of a claim, or of somebody who moves a ticket. */
  newToken(): string {
    return this.#random.hex(TOKEN_LENGTH);
  }
}
