import { counts, jobBudget, jobState } from "@spawn/dag-core";
import { formatDuration, formatExactDuration, unreachable } from "@spawn/foundation";
import { describeOutcome, type JournalRecord, msBetween, QueueFold } from "@spawn/status-model";
import type { Notice } from "./notice.js";

type Told = Omit<Notice, "at">;

/** More than these are told together. */
const MOST_NAMED = 5;

/** Tells what happens to a queue, from its journal's records. */
export class Narrator {
  #fold = new QueueFold();
  /** Sequence number of the last record that was told. */
  #told = 0;
  /** Jobs that will not run, and the state they were told to have. */
  #unrunnable = new Map<string, string>();
  #unrunnableCount = 0;

  /** @param restarted the records are all there are, from the first or from a snapshot on; see `QueueLook` */
  take(records: readonly JournalRecord[], restarted: boolean): readonly Notice[] {
    if (restarted) {
      this.#fold = new QueueFold();
      this.#unrunnable = new Map();
      this.#unrunnableCount = 0;
    }
    return records.flatMap((record) => {
      this.#fold.apply(record);
      const told = [...this.#tellEvent(record), ...this.#tellUnrunnable()];
      if (record.seq <= this.#told) return [];
      this.#told = record.seq;
      // It stands for what has happened long since.
      if (record.event.type === "snapshot") return [];
      return told.map((notice) => ({ at: record.at, ...notice }));
    });
  }

  #tellEvent({ event }: JournalRecord): readonly Told[] {
    switch (event.type) {
      case "attempt-starting":
        return [
          { tone: "busy", icon: "▶", text: `${event.job} started (attempt ${this.#attempts(event.job)})` },
        ];
      case "attempt-ended":
        return this.#tellEnd(event.job, event.t);
      case "attempt-timed-out":
        return [{ tone: "warn", icon: "⏱", text: `${event.job} has run for as long as it may: ending it` }];
      case "global-timeout-reached":
        return [{ tone: "bad", icon: "⏱", text: "the queue has run for as long as it may: ending it" }];
      case "cancel-requested":
        return [{ tone: "warn", icon: "■", text: event.force ? "cancelling everything" : "cancelling" }];
      case "interrupt-requested":
        return [{ tone: "warn", icon: "■", text: `interrupted (${event.cause})` }];
      case "queue-resumed":
        return [{ tone: "busy", icon: "↻", text: `resumed: ${nameSome(event.jobs)}` }];
      case "queue-changed":
        return [{ tone: "busy", icon: "↻", text: "goes on with a changed queue file" }];
      case "queue-continued":
        return [{ tone: "busy", icon: "↻", text: "continued" }];
      case "instance-changed":
        return [{ tone: "busy", icon: "↻", text: `goes on from its results, on ${event.instanceId}` }];
      case "warning":
        return [
          {
            tone: "warn",
            icon: "⚠",
            text: `${event.job === undefined ? "" : `${event.job}: `}${event.message}`,
          },
        ];
      case "results-unstored":
        return [{ tone: "warn", icon: "⚠", text: `${event.job}: ${event.message}` }];
      case "snapshot":
      case "queue-created":
      case "queue-started":
      case "runner-started":
      case "deadline-set":
      case "instance-kept":
      case "attempt-started":
      case "attempts-unknown":
      case "backoff-elapsed":
      case "attempt-usage":
      case "results-stored":
      case "queue-finished":
      case "unknown":
        return [];
      default:
        return unreachable(event);
    }
  }

  #tellEnd(job: string, t: number): readonly Told[] {
    const { last } = this.#fold.job(job);
    const outcome = last?.outcome;
    if (last === undefined || outcome === undefined || outcome.reason === "never-started") return [];
    const timeoutMs = this.#fold.definition(job)?.timeoutMs;
    const why = describeOutcome(outcome, {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      globalTimeout: last.globalTimeout === true,
    });
    const took = formatDuration(
      last.ended === undefined ? t - last.started.t : msBetween(last.started, last.ended),
    );
    const state = jobState(this.#fold.scheduler, job);
    switch (state.phase) {
      case "retrying": {
        const next = `attempt ${this.#attempts(job, 1)} ${whenIn(state.notBefore - t)}`;
        return [{ tone: "warn", icon: "↻", text: `${job} failed (${why}), ${next}` }];
      }
      case "ended":
        switch (state.state) {
          case "completed":
            return [{ tone: "good", icon: "✓", text: `${job} completed in ${took}` }];
          case "failed":
            return [
              {
                tone: "bad",
                icon: "✗",
                text: `${job} failed (${why}) in ${took}, attempt ${this.#attempts(job)}`,
              },
            ];
          case "cancelled":
            return [{ tone: "warn", icon: "⊗", text: `${job} cancelled after ${took}` }];
          default:
            return unreachable(state);
        }
      case "waiting":
      case "ready":
      case "running":
      case "unrunnable":
        return [{ tone: "warn", icon: "⏸", text: `${job} stopped (${why}), to run again` }];
      default:
        return unreachable(state);
    }
  }

  /** Looks for jobs that can no longer run, only where their number says that there are others than before. */
  #tellUnrunnable(): readonly Told[] {
    if (this.#fold.latest === undefined) return [];
    const { blocked, skipped, cancelled } = counts(this.#fold.scheduler);
    if (blocked + skipped + cancelled === this.#unrunnableCount) return [];
    this.#unrunnableCount = blocked + skipped + cancelled;
    const now = new Map<string, string>();
    for (const { id } of this.#fold.created.jobs) {
      const state = jobState(this.#fold.scheduler, id);
      if (state.phase === "unrunnable") now.set(id, state.state);
    }
    const fresh = [...now].filter(([id, state]) => this.#unrunnable.get(id) !== state);
    this.#unrunnable = now;
    if (fresh.length <= MOST_NAMED)
      return fresh.map(([id, state]) => ({ tone: "faint", icon: "⊘", text: `${id} ${state}` }));
    return [...new Set(now.values())].map((state) => {
      const ids = fresh.filter(([, other]) => other === state).map(([id]) => id);
      return { tone: "faint", icon: "⊘", text: `${nameSome(ids)} ${state}` };
    });
  }

  /** `1/3`: attempts charged, and `more`, of those there may be. */
  #attempts(job: string, more = 0): string {
    const most = this.#fold.created.jobs.find(({ id }) => id === job)?.retry.maxAttempts;
    return `${jobBudget(this.#fold.scheduler, job).charged + more}/${most}`;
  }
}

function nameSome(ids: readonly string[]): string {
  const more = ids.length - MOST_NAMED;
  return more > 0 ? `${ids.slice(0, MOST_NAMED).join(", ")} and ${more} more` : ids.join(", ");
}

function whenIn(waitMs: number): string {
  if (waitMs <= 0) return "now";
  return `in ${waitMs < 1000 ? formatExactDuration(waitMs) : formatDuration(waitMs)}`;
}
