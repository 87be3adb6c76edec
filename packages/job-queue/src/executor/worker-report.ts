/** What a worker did. */
export interface WorkerReport {
  /** Attempts that were recorded, by their outcome. */
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly released: number;
  /** Attempts at jobs that were lost to another worker meanwhile. */
  readonly lost: number;
}
