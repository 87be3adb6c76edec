/** What becomes of an instance when its queue is final. */
export type OnComplete = "terminate" | "stop";

export interface AgentFacts {
  readonly queueId: string;
  readonly generation: number;
  readonly region: string;
  readonly account: string;
  /** `s3://bucket/prefix/`. */
  readonly store: string;
  /** RFC 3339, UTC. */
  readonly deadline: string;
  readonly idleTimeoutMs?: number;
  /** Unsaid: the instance terminates when the queue completed, and stays for `keepOnFailureMs` when it failed. */
  readonly onComplete?: OnComplete;
  readonly keepOnFailureMs: number;
  readonly completionFile: string;
  readonly completionDelayMs: number;
  readonly workdirSha256?: string;
  readonly resume?: { readonly rerun: readonly string[]; readonly trustCompleted: boolean };
}

/** The text of `/etc/spawn/agent.json`. No secret is in it. */
export function agentConfigText(facts: AgentFacts): string {
  return JSON.stringify({
    schema_version: 1,
    queue_id: facts.queueId,
    generation: facts.generation,
    region: facts.region,
    account: facts.account,
    store: facts.store,
    deadline: facts.deadline,
    idle_timeout_ms: facts.idleTimeoutMs ?? null,
    on_complete: facts.onComplete ?? "terminate",
    keep_on_failure_ms: facts.onComplete === undefined ? facts.keepOnFailureMs : 0,
    completion_file: facts.completionFile,
    completion_delay_ms: facts.completionDelayMs,
    workdir: facts.workdirSha256 === undefined ? null : { sha256: facts.workdirSha256 },
    resume:
      facts.resume === undefined
        ? null
        : { rerun: facts.resume.rerun, trust_completed: facts.resume.trustCompleted },
    run_as: null,
  });
}
