import { describe, expect, it } from "vitest";
import { loadQueueFile } from "../spec/load-queue-file.js";
import { attemptEnvironment, carriedVariables } from "./attempt-environment.js";

function environmentOf(
  file: { queue?: Record<string, string>; job?: Record<string, string> },
  inherited: Record<string, string> = {},
): ReturnType<typeof attemptEnvironment> {
  const text = JSON.stringify({
    environment: file.queue ?? {},
    jobs: [{ job_id: "a", command: "true", environment: file.job ?? {} }],
  });
  const queue = loadQueueFile(text, { fileName: "queue.json" }).spec;
  const job = queue?.jobs[0];
  if (queue === undefined || job === undefined) throw new Error("the test's queue file is wrong");
  return attemptEnvironment({ queue, job, inherited, provided: { QUEUE_ID: "q", JOB_ID: "a" } });
}

describe("attemptEnvironment", () => {
  it("gives what is inherited, what the file says and what the runner provides", () => {
    const { variables } = environmentOf(
      { queue: { A: "queue", B: "queue" }, job: { B: "job" } },
      { C: "shell" },
    );
    expect(variables).toEqual({
      A: "queue",
      B: "job",
      C: "shell",
      PYTHONUNBUFFERED: "1",
      QUEUE_ID: "q",
      JOB_ID: "a",
    });
  });

  it("leaves PYTHONUNBUFFERED to whoever sets it", () => {
    expect(environmentOf({}, { PYTHONUNBUFFERED: "" }).variables.PYTHONUNBUFFERED).toBe("");
    expect(environmentOf({ job: { PYTHONUNBUFFERED: "0" } }).variables.PYTHONUNBUFFERED).toBe("0");
  });

  it("resolves the machine's names first, then the file's own, then what was carried", () => {
    const { variables } = environmentOf(
      { queue: { DATA: "/data", HOME: "/elsewhere" }, job: { X: "${HOME} ${DATA} ${TOKEN} ${JOB_ID}" } },
      { HOME: "/home/me", DATA: "/carried", TOKEN: "t0ken!" },
    );
    expect(variables.X).toBe("/home/me /data t0ken! a");
  });

  it("lets a variable extend what is further out", () => {
    const { variables } = environmentOf(
      { queue: { PATH: "/queue:${PATH}", P: "queue:${P}" }, job: { P: "job:${P}" } },
      { PATH: "/bin", P: "shell" },
    );
    expect(variables.PATH).toBe("/queue:/bin");
    expect(variables.P).toBe("job:queue:shell");
  });

  it("ends where two variables name each other", () => {
    const { variables, missing } = environmentOf({ job: { A: "a${B}", B: "b${A}" } });
    expect(missing).toEqual(["A", "B"]);
    expect(variables.A).toContain("a");
  });

  it("names what is set nowhere, unless it has a default", () => {
    const { variables, missing } = environmentOf({ job: { A: "${NOPE}", B: "${NADA:-fine}" } });
    expect(missing).toEqual(["NOPE"]);
    expect(variables.B).toBe("fine");
  });
});

describe("carriedVariables", () => {
  it("names what comes from the launching shell, once, over all jobs", () => {
    const text = JSON.stringify({
      environment: { A: "${TOKEN} ${HOME}" },
      jobs: [
        { job_id: "a", command: "true" },
        { job_id: "b", command: "true", environment: { B: "${KEY:-none} ${TOKEN} ${JOB_ID}" } },
      ],
    });
    const { spec } = loadQueueFile(text, { fileName: "queue.json" });
    if (spec === undefined) throw new Error("the test's queue file is wrong");
    expect(carriedVariables(spec)).toEqual(["TOKEN", "KEY"]);
  });
});
