import fc from "fast-check";
import { RESERVED_JOB_IDS } from "../rules/reserved-ids.js";
import { DEFAULT_RETRY } from "../rules/retry-defaults.js";
import type { JobSpec, QueueSpec } from "../spec/queue-spec.js";

const text = fc
  .string({ minLength: 1, unit: "binary" })
  .filter((value) => !/\0|\$\{|[\ud800-\udfff]/.test(value));
const id = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}$/)
  .filter((name) => !RESERVED_JOB_IDS.has(name.toLowerCase()));
const variable = fc
  .stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/)
  .filter((name) => !/^(SPAWN_.*|QUEUE_ID|JOB_ID|JOB_ATTEMPT|CUDA_VISIBLE_DEVICES|__proto__)$/.test(name));
const value = fc.oneof(text, fc.constantFrom("", "${HOME}/x", "a ${B:-c d} $${e}", "$plain"));
const milliseconds = fc.integer({ min: 1, max: 2 ** 40 });
const codes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 3 });

const retry = fc.oneof(
  fc.constant(DEFAULT_RETRY),
  fc
    .record(
      {
        maxAttempts: fc.integer({ min: 1, max: 50 }),
        backoff: fc.constantFrom("fixed" as const, "exponential" as const, "exponential-jitter" as const),
        baseDelayMs: fc.nat(),
        maxDelayMs: fc.nat(),
        jitter: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share || 0),
        retryOnCodes: codes,
        dontRetryOnCodes: codes,
      },
      { requiredKeys: ["maxAttempts", "backoff", "baseDelayMs", "maxDelayMs", "jitter"] },
    )
    .map((policy) => (policy.backoff === "exponential-jitter" ? policy : { ...policy, jitter: 0 })),
);

const job: fc.Arbitrary<Omit<JobSpec, "id" | "dependsOn" | "onFailure">> = fc
  .record(
    {
      command: text.filter((command) => /\S/.test(command)),
      shell: fc.constantFrom("bash", "sh", "/bin/dash"),
      retry,
      timeoutMs: milliseconds,
      resultFiles: fc.array(text, { maxLength: 2 }),
      environment: fc.dictionary(variable, value, { maxKeys: 3, noNullPrototype: true }),
      workingDirectory: text,
      alwaysRun: fc.boolean(),
      background: fc.constantFrom("kill" as const, "keep" as const),
      resources: fc.record(
        {
          cpus: fc.double({ min: 0.01, max: 1000, noNaN: true }),
          memoryBytes: fc.integer({ min: 1, max: 2 ** 45 }),
          gpus: fc.integer({ min: 1, max: 16 }),
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
    },
    {
      requiredKeys: ["command", "retry", "resultFiles", "environment", "alwaysRun", "background"],
      noNullPrototype: true,
    },
  )
  .map((fields) => ({ ...fields, secrets: {} }));

/** Specs of acyclic queues: each job depends on some of those before it. */
export const queueSpec: fc.Arbitrary<QueueSpec> = fc
  .record({
    ids: fc.uniqueArray(id, { minLength: 1, maxLength: 6, selector: (name) => name.toLowerCase() }),
    jobs: fc.array(job, { minLength: 6, maxLength: 6 }),
    links: fc.array(fc.nat(63), { minLength: 6, maxLength: 6 }),
    head: fc.record(
      {
        queueId: id,
        queueName: text,
        failureMode: fc.constantFrom("stop" as const, "continue" as const),
        globalTimeoutMs: milliseconds,
        maxParallel: fc.integer({ min: 1, max: 1000 }),
        environment: fc.dictionary(variable, value, { maxKeys: 2, noNullPrototype: true }),
        workdir: text,
        resultS3Bucket: fc.constant("my-bucket"),
        resultS3Prefix: text,
      },
      { requiredKeys: ["failureMode", "environment"], noNullPrototype: true },
    ),
  })
  .map(({ ids, jobs, links, head }) => ({
    ...head,
    jobs: ids.map((name, position): JobSpec => {
      const dependsOn = ids.slice(0, position).filter((_, other) => ((links[position] ?? 0) >> other) & 1);
      const handler = ids[position + 1];
      return {
        id: name,
        dependsOn,
        ...(handler !== undefined && (links[position] ?? 0) > 50 && { onFailure: handler }),
        ...(jobs[position] ?? jobs[0]!),
        secrets: position === 0 ? { SECRET_A: { store: "ssm", path: "/a/b" } } : {},
      };
    }),
  }));
