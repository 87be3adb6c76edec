import { AgentRig } from "./agent-rig.js";
import type { CliRig } from "./cli-rig.js";
import { type EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { JobsRig } from "./jobs-rig.js";
import { RUNNER_PROGRAMS, type RunnerProgram } from "./runner-programs.js";
import type { RunningCommand } from "./running-command.js";

const BUCKET = "spawn-results-us-east-1";
const LIFE_MS = 30 * 60_000;

/** A job that comes to the mark `begun`, and ends when there is the mark `go`. */
export const TRAIN = {
  job_id: "train",
  command: 'echo begun; : > "$MARKS/begun"; until [ -e "$MARKS/go" ]; do sleep 0.05; done',
};

/** A launch is many calls, and a machine under test is a busy one. */
export const SLOW_MS = 60_000;

export interface MadeInstance {
  readonly id: string;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface BegunJob {
  readonly id: number;
  readonly worker: RunningCommand;
  readonly instance: MadeInstance | undefined;
  readonly machine: AgentRig;
}

/** Jobs of the job queue whose queues run on an emulated EC2; an agent plays the machine behind an instance. */
export class Ec2JobsRig extends JobsRig {
  readonly #aws: EmulatedAws;
  #agent: AgentRig | undefined;

  constructor(rig: CliRig, aws: EmulatedAws) {
    super(rig, [], { ...aws.env, SPAWN_RUNNER: runnerStandIn(rig.home) });
    this.#aws = aws;
  }

  /** @returns the id of the new job */
  async submitQueue(): Promise<number> {
    const queue = this.rig.queue({ queue_id: "nightly", jobs: [TRAIN] });
    return await this.submit({ queue, instance_type: "t3.micro", ttl: "30m" });
  }

  /** A job whose queue runs: a worker launched it, and its own job has begun. */
  async begin(args: readonly string[] = [], life: { readonly lifeMs?: number } = {}): Promise<BegunJob> {
    const id = await this.submitQueue();
    const worker = await this.worker(args);
    await this.follow(id).line(/INFO: Launched queue /, SLOW_MS);
    const [instance] = await this.instances();
    const machine = await this.boot(instance, life);
    await machine.untilMark("begun");
    return { id, worker, instance, machine };
  }

  /** The same, and then its worker is killed. */
  async orphan(): Promise<BegunJob> {
    const begun = await this.begin();
    begun.worker.signal("SIGKILL");
    await begun.worker.result;
    return begun;
  }

  async instances(): Promise<readonly MadeInstance[]> {
    const { Reservations = [] } = await (await this.#aws.truth.ec2()).describeInstances({});
    return Reservations.flatMap(({ Instances = [] }) => Instances).map(
      ({ InstanceId, State, Tags = [] }) => ({
        id: InstanceId ?? "",
        state: State?.Name ?? "",
        tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])),
      }),
    );
  }

  async terminate(instance: MadeInstance | undefined): Promise<void> {
    await (await this.#aws.truth.ec2()).terminateInstances({ InstanceIds: [instance?.id ?? ""] });
  }

  /** Starts the agent of an instance, as the launch tells it to be. */
  async boot(
    instance: MadeInstance | undefined,
    { lifeMs = LIFE_MS, ...more }: Readonly<{ lifeMs?: number; generation?: number; resume?: object }> = {},
  ): Promise<AgentRig> {
    await this.endMachine();
    const queueId = instance?.tags["spawn:queue-id"] ?? "";
    const agent = await AgentRig.make(RUNNER_PROGRAMS[0] as RunnerProgram, this.#aws.machine, {
      queue_id: queueId,
    });
    this.#agent = agent;
    agent.imds.values.set("meta-data/instance-id", instance?.id ?? "");
    agent.imds.values.set("meta-data/instance-life-cycle", "spot");
    agent.configure(lifeMs, { store: `s3://${BUCKET}/`, ...more });
    agent.start();
    return agent;
  }

  async endMachine(): Promise<void> {
    await this.#agent?.remove();
    this.#agent = undefined;
  }
}
