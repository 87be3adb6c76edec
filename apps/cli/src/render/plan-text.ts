import type { QueueSpec } from "@spawn/config-schema";
import { type JobGraph, planOf, toText } from "@spawn/dag-core";
import { formatDuration } from "@spawn/foundation";
import { describeEstimatedDuration, estimatedDuration } from "@spawn/status-model";
import type { Palette } from "./palette.js";

/** `spawn queue plan` for people: the drawing, then what is known of the run before it starts. */
export function planText(
  spec: QueueSpec,
  graph: JobGraph,
  options: { readonly columns: number; readonly maxParallel: number; readonly palette: Palette },
): string {
  const { columns, maxParallel, palette } = options;
  const plan = planOf(graph);
  const timeouts = new Map(spec.jobs.map(({ id, timeoutMs }) => [id, timeoutMs]));
  const label = (id: string): string => {
    const timeoutMs = timeouts.get(id);
    return timeoutMs === undefined ? id : `${id} (${formatDuration(timeoutMs)})`;
  };
  const drawing = toText(graph, { label, width: columns });
  const line = (name: string, value: string): string => `${palette.strong(`${name}:`)} ${value}`;
  const widest = Math.max(...plan.generations.map((generation) => generation.length));
  return [
    line("Queue", spec.queueId ?? spec.queueName ?? "(an id is made at launch)"),
    line("Jobs", String(spec.jobs.length)),
    "",
    palette.strong("Pipeline:"),
    ...drawing.split("\n").map((row) => `  ${row}`.trimEnd()),
    "",
    line("Critical Path", plan.criticalPath.join(" → ")),
    line("Start Order", plan.order.join(", ")),
    line("Most at Once", `${Math.min(widest, maxParallel)} of ${maxParallel} slots`),
    line("On Failure", spec.failureMode),
    line("Estimated Duration", describeEstimatedDuration(estimatedDuration(graph))),
    ...(spec.globalTimeoutMs === undefined
      ? []
      : [line("Global Timeout", formatDuration(spec.globalTimeoutMs))]),
  ].join("\n");
}
