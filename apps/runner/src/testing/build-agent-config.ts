import type { AgentConfig } from "../agent/agent-config.js";

/** The configuration of an instance that may live for an hour from 2026-01-27T10:00:00Z on. */
export function buildAgentConfig(changes: Partial<AgentConfig> = {}): AgentConfig {
  return {
    schema_version: 1,
    queue_id: "q",
    generation: 1,
    region: "us-east-1",
    account: "123456789012",
    store: "s3://spawn-results-us-east-1/",
    deadline: "2026-01-27T11:00:00Z",
    idle_timeout_ms: null,
    on_complete: "terminate",
    keep_on_failure_ms: 0,
    completion_file: "/tmp/SPAWN_COMPLETE",
    completion_delay_ms: 30_000,
    workdir: null,
    resume: null,
    run_as: null,
    ...changes,
  };
}
