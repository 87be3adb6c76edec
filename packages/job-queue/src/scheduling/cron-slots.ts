import { SpawnError } from "@spawn/foundation";
import { Cron } from "croner";

const FIELDS = ["minute", "hour", "day of month", "month", "day of week"] as const;

const FORM =
  "Write five fields: minute hour day-of-month month day-of-week, such as 0 2 * * * for each day at 02:00.";

/**
 * The moments that a cron expression names, on the clocks of a time zone.
 *
 * A fixed time has numbers, lists or ranges for minute and hour, a pattern `*` or a step in one of them. Where clocks are put
 * forward, fixed times that do not exist (`30 2 * * *`) come at the first moment after the gap, together; slots of a pattern
 * that would lie in the gap do not come. Where clocks are put back, a fixed time that exists twice comes once, the first
 * time; a pattern comes in both.
 */
export class CronSlots {
  readonly #cron: Cron;

  /** @throws SpawnError `bad-arguments`, naming each field that is wrong. */
  constructor(expression: string, timezone: string) {
    const problems = [...problemsOf(expression), ...problemsOfZone(timezone)];
    if (problems.length > 0) throw new SpawnError("bad-arguments", problems.join("\n"), { hint: FORM });
    this.#cron = new Cron(expression, { timezone, mode: "5-part", fixedTimeRule: "no-wildcard" });
    if (this.after(Date.UTC(2000, 0, 1)) === undefined) {
      throw new SpawnError(
        "bad-arguments",
        `the schedule "${expression}" never comes: there is no such date`,
        {
          hint: FORM,
        },
      );
    }
  }

  /** The first slot later than a moment. */
  after(wallMs: number): number | undefined {
    return this.#cron.nextRun(new Date(wallMs))?.getTime();
  }

  /** The last slot that is not later than a moment. */
  upTo(wallMs: number): number | undefined {
    return this.#cron.previousRuns(1, new Date(wallMs + 1))[0]?.getTime();
  }
}

function problemsOf(expression: string): readonly string[] {
  const fields = expression.trim().split(/\s+/);
  if (expression.trim().startsWith("@")) return problemIn(expression.trim(), `"${expression}"`);
  if (fields.length !== FIELDS.length) {
    return [
      `the schedule "${expression}" has ${fields.length === 1 ? "1 field" : `${fields.length} fields`}, not five`,
    ];
  }
  return fields.flatMap((field, index) => {
    const alone = FIELDS.map((_, place) => (place === index ? field : "*")).join(" ");
    return problemIn(alone, `${FIELDS[index]} "${field}"`);
  });
}

function problemIn(expression: string, what: string): readonly string[] {
  try {
    new Cron(expression, { mode: "5-part" });
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return [`the schedule's ${what} is wrong: ${reason}`];
  }
}

function problemsOfZone(timezone: string): readonly string[] {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return [];
  } catch {
    return [`there is no time zone "${timezone}"; write a name such as UTC or Europe/Berlin`];
  }
}
