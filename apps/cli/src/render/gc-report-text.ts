import type { GcItem, GcKind, GcReport } from "@spawn/aws-launcher";
import { fitRows, wrapLine } from "./fit-text.js";
import type { Palette } from "./palette.js";

const NAMES: Readonly<Record<GcKind, readonly [one: string, many: string]>> = {
  instance: ["instance", "instances"],
  role: ["role", "roles"],
  parameters: ["queue's variables", "queues' variables"],
  schedule: ["schedule", "schedules"],
  "security-group": ["security group", "security groups"],
  "key-pair": ["key", "keys"],
};

/** `spawn gc` for people: what was found, what became of it, and where nobody could look. @param columns of the terminal, where it goes to one */
export function gcReportText(report: GcReport, dryRun: boolean, palette: Palette, columns?: number): string {
  const { found, failed, notLookedAt, warnings } = report;
  const failures = new Map(failed.map(({ item, message }) => [item, message]));
  const rows = found.map((item) => [
    outcome(item, failures, dryRun),
    item.kind,
    item.id,
    item.region === "" ? "-" : item.region,
    failures.get(item) ?? item.reason,
  ]);
  return [
    ...(rows.length === 0 ? [] : fitRows([["", "WHAT", "ID", "REGION", "WHY"], ...rows], columns)),
    ...(rows.length === 0 ? [] : [""]),
    summary(report, dryRun),
    ...leftAlone(report),
    ...warnings.map((warning) => palette.warn(wrapLine(`⚠ ${warning}`, columns))),
    ...notLookedAt.map(({ place, reason }) =>
      palette.bad(wrapLine(`✗ Not looked at: ${place}: ${reason}`, columns)),
    ),
  ].join("\n");
}

function outcome(item: GcItem, failures: ReadonlyMap<GcItem, string>, dryRun: boolean): string {
  if (dryRun) return "would end";
  return failures.has(item) ? "FAILED" : "ended";
}

/** "None" is said only of what was looked at. */
function summary({ found, removed, failed, notLookedAt }: GcReport, dryRun: boolean): string {
  const where = notLookedAt.length === 0 ? "in all regions" : "where it could be looked";
  if (found.length === 0) return `Nothing is left over ${where}.`;
  if (dryRun) return `${found.length} left over ${where}; nothing was ended (--dry-run).`;
  const failure = failed.length === 0 ? "" : `, ${failed.length} could not be`;
  return `${removed.length} of ${found.length} ended or removed${failure}.`;
}

function leftAlone({ young }: GcReport): readonly string[] {
  if (young.length === 0) return [];
  const counts = [...new Set(young.map(({ kind }) => kind))].map((kind) => {
    const count = young.filter((item) => item.kind === kind).length;
    return `${count} ${NAMES[kind][count === 1 ? 0 : 1]}`;
  });
  const one = young.length === 1;
  return [
    `Left alone: ${counts.join(", ")}, made in the last half hour:`,
    `${one ? "it" : "they"} may be of a launch under way. Look again later.`,
  ];
}
