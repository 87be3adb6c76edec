import type { JobStore } from "../job-store.js";
import type { ScheduleStore } from "../schedule-store.js";

/** An empty store, and what a test needs around it. */
export interface StoreUnderTest {
  readonly store: JobStore & ScheduleStore;
  /** A second way to the same jobs, as another process would have it. */
  openAnother(): Promise<JobStore & ScheduleStore>;
  /** Lets that much time pass for the store, with all that is due in it. */
  elapse(ms: number): Promise<void>;
  /** Ends what was opened, and removes what was made. */
  close(): Promise<void>;
}
