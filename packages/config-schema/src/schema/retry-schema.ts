import * as z from "zod";
import { durationField, exitCodesField } from "./fields.js";

const BACKOFFS = ["fixed", "exponential", "exponential-jitter"] as const;

export const RETRY_STRATEGIES = ["exponential", "fixed"] as const;

/** The explicit form of a job's retry policy. */
export const retrySchema = z
  .strictObject({
    max_attempts: z.int().min(1).optional().meta({
      description: "Attempts in total, the first included.",
      default: 3,
    }),
    backoff: z.enum(BACKOFFS).optional().meta({
      description:
        "How the wait before the next attempt grows: always base_delay, doubled each time, or doubled with a random share taken off.",
      default: "exponential",
    }),
    base_delay: durationField.optional().meta({
      description: "The wait before the second attempt.",
      default: "1s",
      examples: ["10s"],
    }),
    max_delay: durationField.optional().meta({
      description: "No wait is longer than this.",
      default: "1h",
      examples: ["10m"],
    }),
    jitter: z.number().min(0).max(1).optional().meta({
      description: "With exponential-jitter: the largest share of a wait that chance takes off, 0 to 1.",
      default: 0.5,
    }),
    retry_on_codes: exitCodesField.optional().meta({
      description: "Only these exit codes are tried again. Without it: every exit code but 0.",
      examples: [[1, 75]],
    }),
    dont_retry_on_codes: exitCodesField.optional().meta({
      description: "These exit codes are never tried again; wins over retry_on_codes.",
      examples: [[2]],
    }),
  })
  .meta({ title: "Retry policy" });

export type RawRetry = z.output<typeof retrySchema>;
