import { buildGraph, type JobGraph } from "@spawn/dag-core";
import type { JournalJob, QueueCreated } from "../journal-events.js";
import { dagInputOf } from "./dag-input.js";

/** What the queue file says, in the forms in which the fold is asked for it. Immutable. */
export class DefinitionInForce {
  /** The journal's first event, with the definition and the place that are in force. */
  readonly created: QueueCreated;
  readonly graph: JobGraph;
  /** Jobs that another names in `onFailure`. */
  readonly handlers: ReadonlySet<string>;
  readonly #jobs: ReadonlyMap<string, JournalJob>;

  /** @param graph that of these jobs, where there is one already: the scheduler's state holds on to it. */
  constructor(created: QueueCreated, graph: JobGraph = buildGraph(dagInputOf(created))) {
    this.created = created;
    this.graph = graph;
    this.handlers = new Set(created.jobs.flatMap(({ onFailure }) => onFailure ?? []));
    this.#jobs = new Map(created.jobs.map((job) => [job.id, job]));
  }

  /** The same jobs, elsewhere. */
  at(created: QueueCreated): DefinitionInForce {
    return new DefinitionInForce(created, this.graph);
  }

  job(id: string): JournalJob | undefined {
    return this.#jobs.get(id);
  }
}
