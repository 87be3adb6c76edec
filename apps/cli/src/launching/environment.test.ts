import { loadQueueFile, type QueueSpec } from "@spawn/config-schema";
import { describe, expect, it } from "vitest";
import { checkEnvironment, launchEnvironment, refuseGivenGpus } from "./environment.js";

function specOf(file: object): QueueSpec {
  const { spec, diagnostics } = loadQueueFile(JSON.stringify(file), { fileName: "queue.json" });
  if (spec === undefined) throw new Error(JSON.stringify(diagnostics));
  return spec;
}

const oneJob = (environment: object, queueEnvironment: object = {}): QueueSpec =>
  specOf({ environment: queueEnvironment, jobs: [{ job_id: "train", command: "true", environment }] });

describe("launchEnvironment", () => {
  it("carries names from the shell and sets what is given", () => {
    const { variables, carried } = launchEnvironment({ KEY: "secret", PATH: "/bin" }, [
      "KEY",
      "MODE=a=b",
      "EMPTY=",
    ]);
    expect(variables).toEqual({ KEY: "secret", PATH: "/bin", MODE: "a=b", EMPTY: "" });
    expect(carried).toEqual(["KEY", "MODE", "EMPTY"]);
  });

  it("refuses a name the shell does not have", () => {
    expect(() => launchEnvironment({}, ["KEY"])).toThrow(
      expect.objectContaining({ code: "bad-arguments", message: "--env KEY: KEY is not set in this shell" }),
    );
  });

  it.each(["1A", "A-B=x", "=x", ""])("refuses %j, which is no name", (addition) => {
    expect(() => launchEnvironment({}, [addition])).toThrow(
      expect.objectContaining({ code: "bad-arguments" }),
    );
  });
});

describe("refuseGivenGpus", () => {
  const jobs = [
    { job_id: "train", command: "true", resources: { gpus: 1 } },
    { job_id: "load", command: "true" },
  ];

  it("refuses to give all jobs the GPUs that spawn gives to one, and names that one", () => {
    const { carried } = launchEnvironment({}, ["CUDA_VISIBLE_DEVICES=7"]);
    expect(() => refuseGivenGpus(specOf({ jobs }), carried)).toThrow(
      expect.objectContaining({ code: "bad-arguments", message: expect.stringContaining("gpus (train)") }),
    );
  });

  it("lets pass what the shell has, and what no job with gpus gets", () => {
    const { carried } = launchEnvironment({ CUDA_VISIBLE_DEVICES: "1" }, ["MODE=a"]);
    expect(() => refuseGivenGpus(specOf({ jobs }), carried)).not.toThrow();
    expect(() => refuseGivenGpus(specOf({ jobs: jobs.slice(1) }), ["CUDA_VISIBLE_DEVICES"])).not.toThrow();
  });
});

describe("checkEnvironment", () => {
  it("names every variable that is set nowhere, and the jobs that want it", () => {
    const spec = specOf({
      jobs: [
        { job_id: "train", command: "true", environment: { A: "${WANDB_API_KEY}", B: "${OTHER}" } },
        { job_id: "load", command: "true", environment: { C: "${WANDB_API_KEY}" } },
      ],
    });
    expect(() => checkEnvironment(spec, {})).toThrow(
      expect.objectContaining({
        code: "bad-arguments",
        message:
          "referenced in the environment and set nowhere: ${WANDB_API_KEY} (job train, load); ${OTHER} (job train)",
      }),
    );
  });

  it.each([
    ["set in the shell", { A: "${KEY}" }, {}, { KEY: "1" }],
    ["defaulted", { A: "${KEY:-none}" }, {}, {}],
    ["given by the runner", { A: "${QUEUE_ID}/${JOB_ID}" }, {}, {}],
    ["the queue's own", { A: "${DATA}/x" }, { DATA: "/data" }, {}],
    ["the job's own", { A: "${B}", B: "1" }, {}, {}],
    ["its own name, further out", { PATH: "/opt:${PATH}" }, {}, { PATH: "/bin" }],
    ["its own name, in the queue's", { DATA: "${DATA}/x" }, { DATA: "/data" }, {}],
  ])("is content with a variable that is %s", (_, job, queue, shell) => {
    expect(() => checkEnvironment(oneJob(job, queue), shell)).not.toThrow();
  });

  it.each([
    ["names itself alone", { A: "${A}" }],
    ["goes in a circle", { A: "${B}", B: "${A}" }],
  ])("does not take a variable for set that %s", (_, job) => {
    expect(() => checkEnvironment(oneJob(job), {})).toThrow(
      expect.objectContaining({ code: "bad-arguments" }),
    );
  });
});
