import { hostname } from "node:os";
import { Flags } from "@oclif/core";
import { parseFlagDuration, SpawnError } from "@spawn/foundation";
import { durationFlag } from "../flags/duration-flag.js";
import { switchFlag } from "../flags/switch-flag.js";

/** How long jobs are kept that are over. */
export const DEFAULT_RETENTION_MS = 30 * 86_400_000;

/** `--retention`: a duration in milliseconds; infinite for `None` and 0, which keep everything. */
const retentionFlag = Flags.custom<number>({
  helpValue: "DURATION|None",
  parse: async (text) => {
    const ms = /^none$/i.test(text) ? 0 : parseFlagDuration(text);
    if (ms !== undefined && ms >= 0) return ms === 0 ? Number.POSITIVE_INFINITY : ms;
    throw new SpawnError("bad-arguments", `--retention ${text}: neither a duration nor None`, {
      hint: "Write 30d, 12h; None keeps all jobs.",
    });
  },
});

/** Flags of a worker, and of what installs one. */
export const workerFlags = {
  "worker-id": Flags.string({
    description: "what the worker is called in the job queue; default: made of host and process",
    helpValue: "NAME",
  }),
  "poll-interval": durationFlag({
    description:
      "how often it looks for work at the least; it is told of new jobs at once, so this only bounds what a lost message costs; default: 5s",
  }),
  "max-concurrent": Flags.integer({
    description: "jobs at once",
    helpValue: "N",
    default: 1,
    min: 1,
  }),
  grace: durationFlag({
    description:
      "when it is to stop: how long running jobs may go on before they are ended and handed back; default: 30s",
  }),
  retention: retentionFlag({
    description:
      "how long jobs are kept that are over, with their logs and what their commands printed here; default: 30d",
  }),
  "no-scheduler": switchFlag({ description: "submit no jobs of schedules" }),
};

export interface WorkerFlagValues {
  readonly "max-jobs": number | undefined;
  readonly "worker-id": string | undefined;
  readonly "poll-interval": number | undefined;
  readonly "max-concurrent": number;
  readonly grace: number | undefined;
  readonly retention: number | undefined;
  readonly "no-scheduler": boolean | undefined;
}

/** `--max-jobs`: a number, or `None` for no end. */
export const maxJobsFlag = Flags.custom<number>({
  helpValue: "N|None",
  parse: async (text) => {
    if (/^none$/i.test(text)) return Number.POSITIVE_INFINITY;
    if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
    throw new SpawnError("bad-arguments", `--max-jobs ${text}: neither a whole number from 1 up nor None`);
  },
});

export function defaultWorkerId(): string {
  return `${hostname()}-${process.pid}`;
}
