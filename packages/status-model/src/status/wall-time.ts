/** How a time zone writes times. */
export interface WallTime {
  /** RFC 3339 with the zone's offset, whole seconds: `2026-01-27T10:00:00-08:00`. */
  rfc3339(wallMs: number): string;
  /** For people, with the zone's short name where English has one: `2026-01-27 10:00:00 PST`, else `… GMT+1`. */
  shown(wallMs: number): string;
}

const QUARTER_MS = 15 * 60_000;

/** Making one costs a hundred times what using it does. */
const made = new Map<string | undefined, WallTime>();

/**
 * The same for the same zone.
 *
 * @param timeZone an IANA name; default: the process's own zone
 * @throws {RangeError} for a name that is none
 */
export function wallTimeIn(timeZone?: string): WallTime {
  // The process's own zone may change with its environment.
  const key = timeZone ?? process.env.TZ;
  const known = made.get(key);
  if (known !== undefined) return known;
  const fresh = makeWallTime(timeZone);
  made.set(key, fresh);
  return fresh;
}

function makeWallTime(timeZone: string | undefined): WallTime {
  const zone = timeZone === undefined ? {} : { timeZone };
  const offset = quarterMemo(namedPart("longOffset", zone));
  const name = quarterMemo(namedPart("short", zone));
  const local = (wallMs: number): string => {
    const shift = offsetMinutes(offset(wallMs)) * 60_000;
    return new Date(Math.floor(wallMs / 1000) * 1000 + shift).toISOString().slice(0, 19);
  };
  return {
    rfc3339: (wallMs) => `${local(wallMs)}${offset(wallMs).slice("GMT".length) || "+00:00"}`,
    shown: (wallMs) => `${local(wallMs).replace("T", " ")} ${name(wallMs)}`,
  };
}

function namedPart(
  timeZoneName: "longOffset" | "short",
  zone: { readonly timeZone?: string },
): (wallMs: number) => string {
  const format = new Intl.DateTimeFormat("en-US", { ...zone, timeZoneName });
  return (wallMs) =>
    format.formatToParts(wallMs).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
}

/** Zones change their offset on quarters of an hour only, and neighbouring times are asked for together. */
function quarterMemo(read: (wallMs: number) => string): (wallMs: number) => string {
  let quarter = Number.NaN;
  let value = "";
  return (wallMs) => {
    const asked = Math.floor(wallMs / QUARTER_MS);
    if (asked !== quarter) {
      value = read(wallMs);
      quarter = asked;
    }
    return value;
  };
}

/** `GMT-08:00` → −480, `GMT` → 0. */
function offsetMinutes(text: string): number {
  const match = /^GMT([+-])(\d\d):(\d\d)/.exec(text);
  if (match === null) return 0;
  const [, sign, hours, minutes] = match;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
