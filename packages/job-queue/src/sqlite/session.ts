import type { Clock, Random } from "@spawn/foundation";
import type { Database } from "better-sqlite3";
import type { JobRow } from "../job-row.js";
import type { LeaseClock } from "./lease-clock.js";
import { jobRowOfStored, momentOf, type StoredJob } from "./stored-job.js";

/** What all tables work with: an open database and the clocks. */
export class Session {
  readonly database: Database;
  readonly clock: Clock;
  readonly leaseClock: LeaseClock;
  readonly random: Random;

  constructor(database: Database, clock: Clock, leaseClock: LeaseClock, random: Random) {
    this.database = database;
    this.clock = clock;
    this.leaseClock = leaseClock;
    this.random = random;
  }

  /** The wall clock, `afterMs` from now. */
  moment(afterMs = 0): string {
    return momentOf(this.clock.wallMs() + afterMs);
  }

  rowOf(stored: StoredJob): JobRow {
    return jobRowOfStored(stored, this.leaseClock, this.clock.wallMs());
  }
}
