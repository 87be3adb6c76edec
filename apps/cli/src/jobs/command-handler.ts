import { type AttemptEnd, type Containment, type RunningAttempt, startAttempt } from "@spawn/attempt-runner";
import { attemptEnvironment, carriedVariables, createMask } from "@spawn/config-schema";
import type { Clock } from "@spawn/foundation";
import type { AbortReason, JobHandler, JobManager, RunningJob } from "@spawn/job-queue";
import { describeOutcome } from "@spawn/status-model";
import type { CommandAttempts } from "./command-attempts.js";
import { type CommandConfig, parseCommandConfig } from "./command-config.js";
import { isObject } from "./config-fields.js";
import type { HandlerOutcome } from "./handler-outcome.js";
import { chargedAttempt, jobKey } from "./job-place.js";
import { lastLine } from "./last-line.js";
import { OutputToLog } from "./output-to-log.js";

export interface CommandHandlerOptions {
  readonly manager: Pick<JobManager, "logJobMessage">;
  /** The job queue's file or address. */
  readonly location: string;
  readonly attempts: CommandAttempts;
  readonly containment: Containment;
  readonly clock: Clock;
  /** The worker's environment: the command inherits it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs jobs whose config is `{"command": …}`: in a session of their own, so that all they start can be ended. */
export function commandHandler(options: CommandHandlerOptions): JobHandler {
  return async ({ job, signal, log }) => {
    const config = commandConfigOf(job);
    const key = jobKey(options.location, job);
    const strays = await options.attempts.endStraysOf(key);
    if (strays > 0) await log("WARNING", "Ended what still ran of the attempt before, whose worker was lost");
    const environment = environmentOf(config, job, options.env);
    if (environment.missing.length > 0) {
      const names = environment.missing.map((name) => `\${${name}}`).join(", ");
      const errorMessage = `${names} is referenced in the environment and set nowhere on this worker`;
      return { kind: "failed", errorMessage, retry: false };
    }
    // Written with the claim: a worker that slept through the loss of its job starts nothing.
    const started = await options.manager.logJobMessage(job.jobId, "INFO", startMessage(job, config));
    if (started === undefined || signal.aborted) return failed("it was not started");

    const place = options.attempts.begin(key, { location: options.location, jobId: job.jobId });
    const attempt = startAttempt(
      {
        command: config.command,
        ...(config.shell === undefined ? {} : { shell: config.shell }),
        cwd: config.workingDirectory,
        env: environment.variables,
        files: place.files,
        background: "kill",
        marker: place.marker,
        isAlone: true,
      },
      { containment: options.containment },
    );
    const output = new OutputToLog({ files: place.files, log, mask: environment.mask });
    const end = await watched(attempt, config, signal, options.clock);
    place.settle();
    await output.finish();
    const lastWords = end.outcome.reason === "exit" ? lastLine(place.files.stderr) : undefined;
    const outcome = outcomeOf(end, config, lastWords === undefined ? undefined : environment.mask(lastWords));
    if (outcome.kind === "failed") await log("ERROR", outcome.errorMessage);
    return outcome;
  };
}

function commandConfigOf({ config }: RunningJob): CommandConfig {
  if (!isObject(config)) throw new Error("a job that needs a command has no object as its config");
  // It was made whole when it was submitted; one that was not works in the root folder.
  return parseCommandConfig(config, "/");
}

function startMessage(job: RunningJob, { workingDirectory }: CommandConfig): string {
  return `Attempt ${chargedAttempt(job)} of ${job.maxRetries + 1} starts on ${job.workerId}, in ${workingDirectory}`;
}

interface CommandEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
  readonly mask: (text: string) => string;
}

function environmentOf(
  { environment }: CommandConfig,
  job: RunningJob,
  inherited: CommandHandlerOptions["env"],
): CommandEnvironment {
  const queue = { environment, jobs: [] };
  const { variables, missing } = attemptEnvironment({
    queue,
    job: { environment: {} },
    inherited,
    provided: {
      SPAWN_JOB_ID: String(job.jobId),
      SPAWN_JOB_TYPE: job.jobType,
      SPAWN_JOB_ATTEMPT: String(chargedAttempt(job)),
      SPAWN_WORKER_ID: job.workerId,
    },
  });
  const carried = carriedVariables(queue).flatMap((name) => inherited[name] ?? []);
  return { variables, missing, mask: createMask(carried) };
}

/** Waits for the command's end, and brings it about when its time is over or the signal comes. */
async function watched(
  attempt: RunningAttempt,
  { timeoutMs }: CommandConfig,
  signal: AbortSignal,
  clock: Clock,
): Promise<AttemptEnd> {
  const stop = (): void => {
    const { kind } = signal.reason as AbortReason;
    attempt.stop(kind === "cancel-requested" ? "cancelled" : "interrupted");
  };
  const disarm =
    timeoutMs === undefined
      ? undefined
      : clock.wakeAt(clock.bootMs() + timeoutMs, () => attempt.stop("timeout"));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await attempt.ended;
  } finally {
    disarm?.();
    signal.removeEventListener("abort", stop);
  }
}

function outcomeOf(
  { outcome }: AttemptEnd,
  { timeoutMs }: CommandConfig,
  lastWords: string | undefined,
): HandlerOutcome {
  if (outcome.reason === "exit" && outcome.exitCode === 0) return { kind: "completed" };
  const why = describeOutcome(outcome, timeoutMs === undefined ? {} : { timeoutMs });
  return failed(lastWords === undefined ? why : `${why}: ${lastWords}`);
}

function failed(errorMessage: string): HandlerOutcome {
  return { kind: "failed", errorMessage };
}
