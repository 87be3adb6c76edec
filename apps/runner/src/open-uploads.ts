/** A job of which the store has not all. */
export interface UnstoredJob {
  readonly job: string;
  /** Its last attempt so far. */
  readonly attempt: number;
  readonly why: string;
}

interface Open {
  readonly attempt: number;
  /** Things of the job that are not up. */
  readonly count: number;
  readonly why: string;
}

/** What has to be in the store before a queue is over, and is not known to be there. */
export class OpenUploads {
  readonly #jobs = new Map<string, Open>();

  begin(job: string, attempt: number): void {
    const { count, why } = this.#jobs.get(job) ?? { count: 0, why: "it takes too long" };
    this.#jobs.set(job, { attempt, count: count + 1, why });
  }

  /** One thing of the job is up. */
  end(job: string): void {
    const open = this.#jobs.get(job);
    if (open === undefined || open.count === 1) this.#jobs.delete(job);
    else this.#jobs.set(job, { ...open, count: open.count - 1 });
  }

  /** Everything of the job is up. */
  endAll(job: string): void {
    this.#jobs.delete(job);
  }

  /** @returns the job, where the reason is not the one that was known */
  fail(job: string, error: unknown): UnstoredJob | undefined {
    const open = this.#jobs.get(job);
    const why = error instanceof Error ? error.message : String(error);
    if (open === undefined || open.why === why) return undefined;
    this.#jobs.set(job, { ...open, why });
    return { job, attempt: open.attempt, why };
  }

  all(): readonly UnstoredJob[] {
    return [...this.#jobs].map(([job, { attempt, why }]) => ({ job, attempt, why }));
  }
}
