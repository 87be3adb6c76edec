import { readFileSync } from "node:fs";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";
import * as z from "zod";

const AGENT_CONFIG_VERSION = 1;

const milliseconds = z.int().nonnegative();

/** What the launcher tells the agent of an instance, in `/etc/spawn/agent.json`. No secret is in it. */
const agentConfigSchema = z.strictObject({
  schema_version: z.literal(AGENT_CONFIG_VERSION),
  queue_id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  /** Counts the instances that this queue was launched on, from 1. */
  generation: z.int().positive(),
  region: z.string().min(1),
  /** Owner of the bucket, sent along with every request to it. */
  account: z.string().regex(/^\d{12}$/),
  /** `s3://bucket/` or `s3://bucket/prefix/`; or a folder that the instance has mounted. */
  store: z.string().regex(/^(?:s3:\/\/[a-z0-9][a-z0-9.-]+)?\/(?:[^/]+\/)*$/),
  /** When the instance ends, whatever happens. */
  deadline: z.iso.datetime({ offset: true }),
  idle_timeout_ms: milliseconds.nullable(),
  on_complete: z.enum(["terminate", "stop", "keep"]),
  /** How long the instance stays after a queue that failed; 0: not at all. */
  keep_on_failure_ms: milliseconds,
  completion_file: z.string().startsWith("/"),
  completion_delay_ms: milliseconds,
  /** Of `workdir.tar.gz` in the store; null where none was shipped. */
  workdir: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }).nullable(),
  /** Set where the launch resumes a queue that was over. */
  resume: z.strictObject({ rerun: z.array(z.string()), trust_completed: z.boolean() }).nullable(),
  run_as: z.null("jobs run as root: another user is not supported yet, so it must be null"),
});

export type AgentConfig = Readonly<z.output<typeof agentConfigSchema>>;

/**
 * @throws SpawnError `bad-arguments` with everything that is wrong in the file; `permission-denied`.
 */
export function readAgentConfig(path: string): AgentConfig {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") throw new SpawnError("bad-arguments", `there is no ${path}`);
    throw explainFileError(error, "cannot read the agent's configuration", path);
  }
  return parseAgentConfig(text, path);
}

/** @throws SpawnError `bad-arguments` with everything that is wrong. */
export function parseAgentConfig(text: string, path: string): AgentConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(path, error instanceof Error ? error.message : String(error));
  }
  const { data, error } = agentConfigSchema.safeParse(value);
  if (data !== undefined) return data;
  throw wrong(
    path,
    error.issues.map(({ path: at, message }) => `${at.join(".") || "(file)"}: ${message}`).join("; "),
  );
}

function wrong(path: string, problem: string): SpawnError {
  return new SpawnError("bad-arguments", `${path} cannot be used: ${problem}`, {
    hint: "It is written at launch: launch again with the same version of spawn.",
  });
}
