import { unreachable } from "@spawn/foundation";

/** What makes an input no DAG. Positions count from 0. */
export type DagProblem =
  | { readonly kind: "no-jobs" }
  /** `first` and `second` are positions in the list of jobs. */
  | { readonly kind: "duplicate-id"; readonly id: string; readonly first: number; readonly second: number }
  | {
      readonly kind: "unknown-dependency";
      readonly job: string;
      readonly dependency: string;
      /** Position in the job's `dependsOn`. */
      readonly position: number;
    }
  | { readonly kind: "self-dependency"; readonly job: string }
  | {
      readonly kind: "cycle";
      /** In the direction of the run, closed: the first is also the last. */
      readonly path: readonly string[];
      /** Whether no cycle is shorter. `false` only where the search was cut short in a huge tangle. */
      readonly shortest: boolean;
    }
  | { readonly kind: "unknown-handler"; readonly job: string; readonly handler: string }
  | { readonly kind: "self-handler"; readonly job: string };

/** One sentence for people, without a full stop. */
export function describeDagProblem(problem: DagProblem): string {
  switch (problem.kind) {
    case "no-jobs":
      return "there are no jobs";
    case "duplicate-id":
      return `two jobs have the id "${problem.id}" (positions ${problem.first} and ${problem.second})`;
    case "unknown-dependency":
      return `job "${problem.job}" depends on "${problem.dependency}", which does not exist`;
    case "self-dependency":
      return `job "${problem.job}" depends on itself`;
    case "cycle":
      return `jobs wait for each other in a circle: ${problem.path.join(" → ")}`;
    case "unknown-handler":
      return `job "${problem.job}" names "${problem.handler}" for its failure, which does not exist`;
    case "self-handler":
      return `job "${problem.job}" names itself for its failure`;
    default:
      return unreachable(problem);
  }
}
