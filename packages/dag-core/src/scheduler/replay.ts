import type { Effect, SchedulerEvent } from "../events.js";
import type { JobGraph } from "../graph/job-graph.js";
import { createState } from "./create-state.js";
import { pendingEffects } from "./pending-effects.js";
import type { SchedulerState } from "./scheduler-state.js";
import { transition } from "./transition.js";

/** The state after these events, as running them would have left it, and the effects still to be seen to. */
export function replay(
  graph: JobGraph,
  events: Iterable<SchedulerEvent>,
): { state: SchedulerState; effects: readonly Effect[] } {
  const state = createState(graph);
  for (const event of events) transition(state, event);
  return { state, effects: pendingEffects(state) };
}
