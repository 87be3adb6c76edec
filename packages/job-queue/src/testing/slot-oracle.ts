/**
 * The slots of a cron expression, found the slow way: by looking at every minute of a time zone's clocks. It shares no code
 * with what it is compared with; what it knows of time zones is what `Intl.DateTimeFormat` shows.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const NICKNAMES: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
};

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** A minute in UTC, with what the clocks of a zone show then and what they have skipped just before, as if both were UTC. */
interface LocalMinute {
  readonly at: number;
  readonly shown: number;
  readonly skipped: readonly number[];
  /** The clocks have shown it before. */
  readonly isSecond: boolean;
}

/** @returns the moments in ms, from `from` up to before `until`. */
export function expectedSlots(
  expression: string,
  timezone: string,
  from: number,
  until: number,
): readonly number[] {
  const fields = (NICKNAMES[expression] ?? expression).split(" ");
  const matches = matcher(fields);
  const isFixed = fields.slice(0, 2).every((field) => !/[*/]/.test(field));
  const slots: number[] = [];
  for (const { at, shown, skipped, isSecond } of eachLocalMinute(timezone, from, until)) {
    const isSlot = isFixed ? (!isSecond && matches(shown)) || skipped.some(matches) : matches(shown);
    if (isSlot) slots.push(at);
  }
  return slots;
}

function matcher(fields: readonly string[]): (shown: number) => boolean {
  const [minute, hour, day, month, weekday] = [
    valuesOf(fields[0]!, 0, 59),
    valuesOf(fields[1]!, 0, 23),
    valuesOf(fields[2]!, 1, 31),
    valuesOf(fields[3]!, 1, 12, MONTHS, 1),
    valuesOf(fields[4]!, 0, 7, DAYS),
  ];
  if (weekday.has(7)) weekday.add(0);
  // As cron has it from of old.
  const eitherDay = fields[2] !== "*" && fields[4] !== "*";
  return (shown) => {
    const date = new Date(shown);
    const isDay = day.has(date.getUTCDate());
    const isWeekday = weekday.has(date.getUTCDay());
    return (
      minute.has(date.getUTCMinutes()) &&
      hour.has(date.getUTCHours()) &&
      month.has(date.getUTCMonth() + 1) &&
      (eitherDay ? isDay || isWeekday : isDay && isWeekday)
    );
  };
}

function valuesOf(
  field: string,
  least: number,
  most: number,
  names: readonly string[] = [],
  firstName = 0,
): Set<number> {
  const numberOf = (text: string): number => {
    const place = names.indexOf(text.toLowerCase());
    return place < 0 ? Number(text) : place + firstName;
  };
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "", step = "1"] = part.split("/");
    const [first, last] = range === "*" ? [least, most] : range.split("-").map(numberOf);
    for (let value = first!; value <= (last ?? first!); value += Number(step)) values.add(value);
  }
  return values;
}

function* eachLocalMinute(timezone: string, from: number, until: number): Generator<LocalMinute> {
  const shownAt = clocksOf(timezone);
  let before = shownAt(from - MINUTE);
  let latest = before;
  for (let hour = from; hour < until; hour += HOUR) {
    const offset = shownAt(hour) - hour;
    const isPlain = shownAt(hour + HOUR) - hour - HOUR === offset;
    for (let at = hour; at < Math.min(hour + HOUR, until); at += MINUTE) {
      const shown = isPlain ? at + offset : shownAt(at);
      const skipped: number[] = [];
      for (let each = before + MINUTE; each < shown; each += MINUTE) skipped.push(each);
      yield { at, shown, skipped, isSecond: shown <= latest };
      before = shown;
      latest = Math.max(latest, shown);
    }
  }
}

/** What the clocks of a zone show at a moment, as if it were UTC. */
function clocksOf(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) as number;
    return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"));
  };
}
