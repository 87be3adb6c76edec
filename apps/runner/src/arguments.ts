import { parseArgs } from "node:util";
import { parseFlagDuration, SpawnError } from "@spawn/foundation";
import { COMPLETION_FILE, type Completion } from "./completion-file.js";

export type RunnerCommand =
  | { readonly kind: "version" }
  | { readonly kind: "help" }
  | {
      readonly kind: "agent";
      /** Path of the agent's configuration. */
      readonly config: string;
      readonly root: string;
    }
  | {
      readonly kind: "complete";
      readonly completion: Completion;
      /** `undefined`: where the agent of this instance looks. */
      readonly file: string | undefined;
    }
  | {
      readonly kind: "run";
      readonly root: string;
      readonly instanceId: string;
      readonly workingDirectory: string;
      /** Folder of the result store, or `s3://bucket/prefix/`. */
      readonly store: string;
      /** For how long after the last job's end the store is waited for. */
      readonly uploadDeadlineMs: number | undefined;
      readonly carried: readonly string[];
      readonly resume: boolean;
      readonly rerun: readonly string[];
      /** Whether the queue was on another instance, and goes on here from its store. */
      readonly fromStore: boolean;
      readonly trustCompleted: boolean;
    };

export const HELP = `spawn-runner runs one queue on one machine. It is also installed as spored.

  spawn-runner run --root DIR --instance-id ID --working-directory DIR --store DIR
                   [--upload-deadline D] [--carried NAME]…
                   [--resume [--rerun JOB]… [--from-store [--trust-completed]]]
  spawn-runner agent --config FILE [--root DIR]
  spawn-runner complete [--status success|failure] [--message TEXT] [--completion-file FILE]
  spawn-runner --version

  --root               root of the instance; the queue file lies in var/lib/spawn-queue/queue.json below it
  --instance-id        what jobs see as SPAWN_INSTANCE_ID
  --working-directory  where jobs run that name no other place
  --store              folder of the result store, or s3://BUCKET/PREFIX/
  --upload-deadline    how long after the last job's end the store is waited for, where it fails (default 10m)
  --carried            a variable of this environment whose value must not be shown
  --resume             a final queue runs its failed, blocked, skipped and cancelled jobs again
  --rerun              with --resume: this job and all downstream of it run again too

  --from-store         with --resume: the queue was on another instance, and only its store is left
  --trust-completed    with --from-store: jobs that completed and declare no results do not run again

  agent                runs the queue of an EC2 instance, and ends the instance when it is time
  --config             what the launch has left for it
  --root               default: /

  complete             a script on the instance says that its work is done, and how (default: success)
  --completion-file    where it says so (default: what the launch said, else ${COMPLETION_FILE})
`;

/** @throws SpawnError `bad-arguments` */
export function parseArguments(argv: readonly string[]): RunnerCommand {
  const { values, positionals } = parse(argv);
  if (values.version) return { kind: "version" };
  if (values.help) return { kind: "help" };
  const [command, ...rest] = positionals;
  if (command === "complete" && rest.length === 0) return completeCommand(values);
  if (command === "agent" && rest.length === 0) return agentCommand(values);
  if (command !== "run" || rest.length > 0) {
    throw new SpawnError("bad-arguments", `unknown command: ${positionals.join(" ") || "(none)"}`, {
      hint: HELP,
    });
  }
  refuseOthers(values, ["config", "status", "message", "completion-file"], command);
  const rerun = values.rerun ?? [];
  if (rerun.length > 0 && !values.resume) {
    throw new SpawnError("bad-arguments", "--rerun needs --resume");
  }
  if (values["from-store"] && !values.resume) {
    throw new SpawnError("bad-arguments", "--from-store needs --resume");
  }
  if (values["trust-completed"] && !values["from-store"]) {
    throw new SpawnError("bad-arguments", "--trust-completed needs --from-store");
  }
  return {
    kind: "run",
    root: required("root", values.root),
    instanceId: required("instance-id", values["instance-id"]),
    workingDirectory: required("working-directory", values["working-directory"]),
    store: required("store", values.store),
    uploadDeadlineMs: durationOf("upload-deadline", values["upload-deadline"]),
    carried: values.carried ?? [],
    resume: values.resume ?? false,
    rerun,
    fromStore: values["from-store"] ?? false,
    trustCompleted: values["trust-completed"] ?? false,
  };
}

type Values = ReturnType<typeof parse>["values"];

/** @throws SpawnError for a flag that would do nothing here. */
function refuseOthers(values: Values, flags: readonly (keyof Values)[], command: string): void {
  const given = flags.filter((flag) => values[flag] !== undefined);
  if (given.length === 0) return;
  throw new SpawnError("bad-arguments", `${command} does not take --${given.join(", --")}`, { hint: HELP });
}

const RUN_FLAGS = [
  "root",
  "instance-id",
  "working-directory",
  "store",
  "upload-deadline",
  "carried",
  "resume",
  "rerun",
  "from-store",
  "trust-completed",
] as const;

function agentCommand(values: Values): RunnerCommand {
  const others = RUN_FLAGS.filter((flag) => flag !== "root");
  refuseOthers(values, [...others, "status", "message", "completion-file"], "agent");
  return { kind: "agent", config: required("config", values.config), root: values.root ?? "/" };
}

function completeCommand(values: Values): RunnerCommand {
  refuseOthers(values, [...RUN_FLAGS, "config"], "complete");
  const { status = "success", message, "completion-file": file } = values;
  if (status !== "success" && status !== "failure") {
    throw new SpawnError("bad-arguments", `--status ${status}: say success or failure`);
  }
  return {
    kind: "complete",
    completion: message === undefined ? { status } : { status, message },
    file,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        version: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        root: { type: "string" },
        "instance-id": { type: "string" },
        "working-directory": { type: "string" },
        store: { type: "string" },
        "upload-deadline": { type: "string" },
        carried: { type: "string", multiple: true },
        resume: { type: "boolean" },
        rerun: { type: "string", multiple: true },
        "from-store": { type: "boolean" },
        "trust-completed": { type: "boolean" },
        config: { type: "string" },
        status: { type: "string" },
        message: { type: "string" },
        "completion-file": { type: "string" },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SpawnError("bad-arguments", message, { hint: HELP, cause: error });
  }
}

function durationOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = parseFlagDuration(value);
  if (ms !== undefined) return ms;
  throw new SpawnError("bad-arguments", `--${name} ${value}: no duration such as 90s, 5m or 1h30m`, {
    hint: HELP,
  });
}

function required(name: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw new SpawnError("bad-arguments", `--${name} is missing`, { hint: HELP });
}
