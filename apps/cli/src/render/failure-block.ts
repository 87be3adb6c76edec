import type { StatusView } from "@spawn/status-model";
import type { Palette } from "./palette.js";

/** What there is to look at besides the job's entry, once the queue is over. */
export interface FailureDetails {
  /** What later commands call the queue by. */
  readonly ref: string;
  readonly job: string;
  /** The last lines of its last attempt's log. */
  readonly log: readonly string[];
}

/** The job that failed first: why, what it printed last, and the commands to look further. */
export function failureBlock(
  failure: NonNullable<StatusView["failure"]>,
  details: FailureDetails | undefined,
  palette: Palette,
): readonly string[] {
  return [
    palette.bad(`${failure.title}:`),
    ...failure.lines.map(({ label, value }) => `  ${label}: ${value}`),
    ...(details === undefined ? [] : detailLines(details)),
  ];
}

function detailLines({ ref, job, log }: FailureDetails): readonly string[] {
  return [
    "",
    ...(log.length === 0
      ? ["  Last Output: (printed nothing)"]
      : ["  Last Output:", ...log.map((line) => `    ${line}`)]),
    "",
    "  Look further:",
    `    spawn queue logs ${ref} ${job}`,
    `    spawn queue explain ${ref} ${job}`,
  ];
}
