import { readCompletion } from "../completion-file.js";
import type { AgentParts } from "./agent-parts.js";
import type { EndSources } from "./end-watch.js";

/** What an instance's end depends on, as its launch has said it. */
export function endSources(parts: AgentParts): EndSources {
  const { config } = parts;
  return {
    ...parts,
    completion: () => (config.on_complete === "keep" ? undefined : readCompletion(config.completion_file)),
    completionDelayMs: config.completion_delay_ms,
    idleTimeoutMs: config.idle_timeout_ms ?? undefined,
  };
}
