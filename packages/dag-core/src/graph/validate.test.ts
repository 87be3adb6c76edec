import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DagJob } from "../input.js";
import { arbitraryDag } from "../testing/index.js";
import { describeDagProblem } from "./dag-problem.js";
import { validateDag } from "./validate.js";

function job(id: string, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn };
}

describe("validateDag", () => {
  test("accepts what is a DAG, a dependency named twice included", () => {
    expect(validateDag({ jobs: [job("b", "a", "a"), job("a")] })).toEqual([]);
  });

  test("wants at least one job", () => {
    expect(validateDag({ jobs: [] })).toEqual([{ kind: "no-jobs" }]);
  });

  test("reports all problems at once, in file order", () => {
    const jobs: readonly DagJob[] = [
      { id: "a", dependsOn: ["a", "x"], onFailure: "a" },
      { id: "b", dependsOn: ["a", "y", "z"], onFailure: "w" },
      job("a"),
    ];
    expect(validateDag({ jobs })).toEqual([
      { kind: "duplicate-id", id: "a", first: 0, second: 2 },
      { kind: "self-dependency", job: "a" },
      { kind: "unknown-dependency", job: "a", dependency: "x", position: 1 },
      { kind: "self-handler", job: "a" },
      { kind: "unknown-dependency", job: "b", dependency: "y", position: 1 },
      { kind: "unknown-dependency", job: "b", dependency: "z", position: 2 },
      { kind: "unknown-handler", job: "b", handler: "w" },
    ]);
  });

  test("prints the shortest cycle as a closed path, in the direction of the run, beside other problems", () => {
    const jobs = [
      job("a", "d"),
      job("b", "a"),
      job("c", "b"),
      job("d", "c"),
      job("e", "c", "x"),
      job("c2", "b"),
      job("b2", "c2"),
    ];
    const withShort = [...jobs, job("p", "r"), job("q", "p"), job("r", "q")];
    expect(validateDag({ jobs: withShort })).toEqual([
      { kind: "unknown-dependency", job: "e", dependency: "x", position: 1 },
      { kind: "cycle", path: ["p", "q", "r", "p"], shortest: true },
    ]);
    expect(validateDag({ jobs })).toContainEqual({
      kind: "cycle",
      path: ["a", "b", "c", "d", "a"],
      shortest: true,
    });
  });

  test("counts failure edges as part of a cycle", () => {
    const jobs: readonly DagJob[] = [
      { id: "work", dependsOn: ["repair"], onFailure: "repair" },
      job("repair"),
    ];
    expect(validateDag({ jobs })).toEqual([
      { kind: "cycle", path: ["work", "repair", "work"], shortest: true },
    ]);
  });

  test("finds nothing wrong with random DAGs, and a cycle once an edge leads back", () => {
    fc.assert(
      fc.property(arbitraryDag(), fc.nat(), ({ jobs }, pick) => {
        expect(validateDag({ jobs })).toEqual([]);
        const withDependency = jobs.filter(({ dependsOn }) => dependsOn.length > 0);
        const start = withDependency[pick % Math.max(1, withDependency.length)];
        if (start === undefined) return;
        const back = jobs.map((other) =>
          other.id === start.dependsOn[0] ? { ...other, dependsOn: [...other.dependsOn, start.id] } : other,
        );
        expect(validateDag({ jobs: back })).toMatchObject([
          { kind: "cycle", path: { length: 3 }, shortest: true },
        ]);
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});

test("describeDagProblem says each in one sentence", () => {
  const problems = validateDag({
    jobs: [
      { id: "a", dependsOn: ["a", "x"], onFailure: "a" },
      { id: "b", dependsOn: ["c"], onFailure: "y" },
      job("c", "b"),
      job("c"),
    ],
  });
  expect([...problems, ...validateDag({ jobs: [] })].map(describeDagProblem)).toEqual([
    'two jobs have the id "c" (positions 2 and 3)',
    'job "a" depends on itself',
    'job "a" depends on "x", which does not exist',
    'job "a" names itself for its failure',
    'job "b" names "y" for its failure, which does not exist',
    "jobs wait for each other in a circle: b → c → b",
    "there are no jobs",
  ]);
});
