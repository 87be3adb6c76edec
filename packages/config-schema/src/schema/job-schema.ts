import * as z from "zod";
import {
  durationField,
  environmentField,
  idField,
  sizeField,
  textField,
  variableNameField,
} from "./fields.js";
import { NOT_BLANK_PATTERN, SECRET_PATTERN, SHELL_PATTERN } from "./patterns.js";
import { RETRY_STRATEGIES, retrySchema } from "./retry-schema.js";

const BACKGROUND_MODES = ["kill", "keep"] as const;

const ENVIRONMENT = "Environment variables of this job; they win over the queue's.";
const RESULT_FILES =
  "What to keep: files, globs with * and **, folders (with a trailing /); absolute, or relative to the working directory.";

const resourcesSchema = z
  .strictObject({
    cpus: z.number().positive().optional().meta({ description: "CPUs; fractions are allowed." }),
    memory: sizeField.optional().meta({
      description: "Memory, as 8GB (10⁹ bytes each) or 8GiB (2³⁰ bytes each).",
      examples: ["8GB"],
    }),
    gpus: z.int().min(1).optional().meta({
      description:
        "Whole GPUs; the job gets its own CUDA_VISIBLE_DEVICES. Leave it out for a job that needs none.",
    }),
  })
  .meta({ title: "Resources" });

/** One job as it is written in a queue file. */
export const jobSchema = z
  .strictObject({
    job_id: idField.meta({
      description:
        "Unique in the queue, ignoring case: letters, digits, '.', '_' and '-', at most 128, a letter or digit first. Also the name of the job's result folder.",
      examples: ["train"],
    }),
    command: z.string().meta({
      description: "The shell command, given to bash -c.",
      pattern: NOT_BLANK_PATTERN.source,
      examples: ["python train.py --epochs 100"],
    }),
    depends_on: z
      .array(z.string())
      .optional()
      .meta({ description: "Jobs that must all complete before this one starts.", examples: [["download"]] }),
    retry_count: z.int().min(0).optional().meta({
      description:
        "Attempts in total, the first included: 3 means at most three attempts, 0 and 1 both mean a single one.",
      default: 0,
    }),
    retry_strategy: z.enum(RETRY_STRATEGIES).optional().meta({
      description: "How the wait between attempts grows: doubled each time, or always the same.",
    }),
    retry_delay: durationField.optional().meta({
      description: "The wait before the second attempt; without retry_strategy, before every one.",
      examples: ["30s"],
    }),
    retry: retrySchema.optional().meta({
      description: "The explicit form, instead of retry_count, retry_strategy and retry_delay.",
    }),
    timeout: durationField.optional().meta({
      description: "How long one attempt may take; longer is a failed attempt.",
      examples: ["4h"],
    }),
    result_files: z
      .array(textField)
      .optional()
      .meta({ description: RESULT_FILES, examples: [["/models/*.pth", "logs/"]] }),
    result_paths: z
      .array(textField)
      .optional()
      .meta({ description: `Same as result_files. ${RESULT_FILES}` }),
    environment: environmentField.optional().meta({
      description: `${ENVIRONMENT} Values may contain \${NAME} and \${NAME:-default}.`,
      examples: [{ WANDB_API_KEY: "${WANDB_API_KEY}" }],
    }),
    env: environmentField.optional().meta({ description: `Same as environment. ${ENVIRONMENT}` }),
    working_directory: textField.optional().meta({
      description:
        "Where the command runs. Default: where the queue was launched (local), the runner's work folder (EC2).",
    }),
    on_failure: z
      .string()
      .optional()
      .meta({
        description: "The job that runs when this one has finally failed.",
        examples: ["cleanup"],
      }),
    always_run: z.boolean().optional().meta({
      description: "Runs whatever happened to the others, once they are settled.",
      default: false,
    }),
    background: z.enum(BACKGROUND_MODES).optional().meta({
      description: "What becomes of processes that a finished command leaves behind.",
      default: "kill",
    }),
    shell: z.string().optional().meta({
      description:
        "The shell that gets the command: bash, sh, or the absolute path of one that takes -c. Default: bash, and sh where there is none.",
      pattern: SHELL_PATTERN.source,
    }),
    resources: resourcesSchema.optional().meta({
      description: "What the job needs of the machine. Without it, the job takes one slot and nothing else.",
    }),
    secrets: z
      .record(variableNameField, z.string().meta({ pattern: SECRET_PATTERN.source }))
      .optional()
      .meta({
        description:
          "Environment variables whose values are fetched when the job starts: ssm:/path or secretsmanager:id.",
        examples: [{ DB_PASSWORD: "ssm:/prod/db/password" }],
      }),
  })
  .meta({
    title: "Job",
    description: "One shell command with its dependencies, limits and results.",
    allOf: [
      { not: { required: ["env", "environment"] } },
      { not: { required: ["result_paths", "result_files"] } },
      { not: { required: ["retry", "retry_count"] } },
      { not: { required: ["retry", "retry_strategy"] } },
      { not: { required: ["retry", "retry_delay"] } },
    ],
  });

export type RawJob = z.output<typeof jobSchema>;
