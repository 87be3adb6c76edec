/** EC2's words. A local instance is `running` while its runner is, then `stopped`; its folder goes with `terminated`. */
export type InstanceState = "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";

/** What is known of any instance. */
export interface InstanceFacts {
  /** `i-…` or `local-…`. */
  readonly instanceId: string;
  readonly provider: "local" | "ec2";
  readonly state: InstanceState;
  readonly name?: string;
  readonly queueId: string;
  /** RFC 3339, UTC. */
  readonly launchedAt: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** An instance on this machine. */
export interface Instance extends InstanceFacts {
  readonly provider: "local";
  /** Root below which the instance's files lie. */
  readonly root: string;
  readonly workingDirectory: string;
  /** Root folder of the result store its queue writes to. */
  readonly storeRoot: string;
  /** Names that `--env` gave at the launch. Their values are kept nowhere: whoever resumes has to have them. */
  readonly carried: readonly string[];
}
