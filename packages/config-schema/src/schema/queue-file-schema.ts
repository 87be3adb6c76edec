import * as z from "zod";
import { durationField, environmentField, idField, textField } from "./fields.js";
import { jobSchema } from "./job-schema.js";
import { BUCKET_PATTERN } from "./patterns.js";

const FAILURE_MODES = ["stop", "continue"] as const;

const ENVIRONMENT = "Environment variables of every job; a job's own win.";

/** A queue file. The types of its raw values and the published JSON Schema both come from here. */
export const queueFileSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: "The JSON Schema of this file, for editors." }),
    queue_id: idField.optional().meta({
      description:
        "Names one run: letters, digits, '.', '_' and '-', at most 128, a letter or digit first. Default: queue-YYYYMMDD-HHMMSS (UTC).",
      examples: ["ml-training"],
    }),
    queue_name: textField.optional().meta({ description: "A title for people; only shown." }),
    jobs: z
      .array(jobSchema)
      .min(1)
      .meta({
        description: "The jobs. Their order breaks ties.",
        examples: [[{ job_id: "hello", command: "echo hello" }]],
      }),
    on_failure: z.enum(FAILURE_MODES).optional().meta({
      description:
        "What a finally failed job means for the others: nothing new starts, or all that is not downstream of it goes on.",
      default: "stop",
    }),
    global_timeout: durationField.optional().meta({
      description: "How long the whole queue may take, waits included.",
      examples: ["8h"],
    }),
    max_parallel: z.int().min(1).optional().meta({
      description: "How many jobs may run at the same time. Default: the instance's CPUs.",
    }),
    environment: environmentField.optional().meta({
      description: `${ENVIRONMENT} Values may contain \${NAME} and \${NAME:-default}.`,
    }),
    env: environmentField.optional().meta({ description: `Same as environment. ${ENVIRONMENT}` }),
    workdir: textField.optional().meta({ description: "The folder that is shipped to the instance." }),
    result_s3_bucket: z.string().optional().meta({
      description:
        "The S3 bucket for results, instead of the default store. It must exist and belong to your account.",
      pattern: BUCKET_PATTERN.source,
    }),
    result_s3_prefix: textField.optional().meta({ description: "What the keys in that bucket begin with." }),
  })
  .meta({
    title: "spawn queue file",
    description: "A DAG of jobs that spawn runs as one unit.",
    allOf: [{ not: { required: ["env", "environment"] } }],
  });

export type RawQueueFile = z.output<typeof queueFileSchema>;
