import { existsSync } from "node:fs";
import { COMPLETION_FILE } from "../completion-file.js";
import { readAgentConfig } from "./agent-config.js";

/** Where launches leave it. */
const AGENT_CONFIG = "/etc/spawn/agent.json";

/**
 * Where the agent of this machine looks for the completion file; where there is no agent, the usual place.
 *
 * @throws SpawnError `bad-arguments`, `permission-denied` where the agent's configuration cannot be read.
 */
export function completionFileHere(config = AGENT_CONFIG): string {
  return existsSync(config) ? readAgentConfig(config).completion_file : COMPLETION_FILE;
}
