import type { Instance } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import { wrapLine } from "./fit-text.js";
import type { Palette } from "./palette.js";
import { paintState } from "./state-tone.js";

/** `spawn status` for people. @param shown writes a time for people */
export function instanceText(
  instance: Instance,
  status: QueueStatus | undefined,
  shown: (wallMs: number) => string,
  palette: Palette,
  columns?: number,
): string {
  const tags = Object.entries(instance.tags).map(([key, value]) => `${key}=${value}`);
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["Instance", instance.instanceId],
    ["Name", instance.name],
    ["Provider", instance.provider],
    ["State", instance.state],
    ["Launched", shown(Date.parse(instance.launchedAt))],
    ["IAM", "none (local instance)"],
    ["Folder", instance.root],
    ["Working Directory", instance.workingDirectory],
    ["Tags", tags.length === 0 ? undefined : tags.join(", ")],
    ["Queue", `${instance.queueId} (${status === undefined ? "unreadable" : queueWords(status, palette)})`],
    ["Results Location", status?.results_location],
  ];
  return labelledLines(lines, palette, columns);
}

/** A line for each label that has a value; on a terminal of so many columns, what is wider is broken between words. */
export function labelledLines(
  lines: readonly (readonly [string, string | undefined])[],
  palette: Palette,
  columns?: number,
): string {
  return lines
    .flatMap(([label, value]) => {
      if (value === undefined) return [];
      const line = `${palette.strong(`${label}:`)} ${value}`;
      // A single word, such as a path, stays beside its label.
      return [value.includes(" ") ? wrapLine(line, columns) : line];
    })
    .join("\n");
}

/** `running, 1 of 3 jobs completed, 1 failed` */
export function queueWords({ status, jobs }: QueueStatus, palette: Palette): string {
  const failed = jobs.failed > 0 ? [`${jobs.failed} failed`] : [];
  return [
    paintState(status, status, palette),
    `${jobs.completed} of ${jobs.total} jobs completed`,
    ...failed,
  ].join(", ");
}
