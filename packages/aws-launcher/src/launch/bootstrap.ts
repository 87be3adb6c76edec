import type { Ec2Parts } from "../ec2-parts.js";
import { agentConfigText } from "../plan/agent-config.js";
import type { Architecture } from "../plan/images.js";
import type { LaunchPlan } from "../plan/launch-plan.js";
import { userData } from "../plan/user-data.js";
import type { Ec2LaunchRequest } from "../request.js";
import { presignRunner, type RunnerEvent, type RunnerObject, storeRunner } from "./runner-object.js";

const COMPLETION_FILE = "/tmp/SPAWN_COMPLETE";
const COMPLETION_DELAY_MS = 30_000;

/** What an instance needs to become one of spawn's: the runner in the store, and the user data that fetches it. */
export class Bootstrap {
  readonly #parts: Ec2Parts;
  readonly #request: Ec2LaunchRequest;
  readonly #account: string;
  readonly #tell: (event: RunnerEvent) => void;
  readonly #runners = new Map<Architecture, Promise<RunnerObject>>();

  constructor(
    parts: Ec2Parts,
    request: Ec2LaunchRequest,
    account: string,
    tell: (event: RunnerEvent) => void,
  ) {
    this.#parts = parts;
    this.#request = request;
    this.#account = account;
    this.#tell = tell;
  }

  /** Stores the runner of an architecture, unless it is there. @throws SpawnError `runner-not-found`. */
  runner(architecture: Architecture): Promise<RunnerObject> {
    const stored =
      this.#runners.get(architecture) ??
      storeRunner(this.#parts.clients, this.#source, architecture, this.#tell);
    this.#runners.set(architecture, stored);
    return stored;
  }

  /** The runner's URL in it is signed now: it is valid from here on. */
  async userData(
    architecture: Architecture,
    { home, deadline }: Pick<LaunchPlan, "home" | "deadline">,
    generation: number,
  ): Promise<string> {
    const { clients, clock, bucket, prefix } = this.#parts;
    const request = this.#request;
    const runner = await this.runner(architecture);
    return userData({
      ttlMs: request.ttlMs,
      agentConfig: agentConfigText({
        ...request,
        generation,
        region: home.region,
        account: home.account,
        store: `s3://${bucket}/${prefix}`,
        deadline,
        completionFile: request.completionFile ?? COMPLETION_FILE,
        completionDelayMs: request.completionDelayMs ?? COMPLETION_DELAY_MS,
        ...(request.workdir === undefined ? {} : { workdirSha256: request.workdir.sha256 }),
        ...(request.fromStore === undefined ? {} : { resume: request.fromStore }),
      }),
      runnerUrl: await presignRunner(clients, clock, this.#source, runner),
      runnerSha256: runner.sha256,
    });
  }

  get #source() {
    const { runners, bucket, prefix, stateFolder } = this.#parts;
    return { binaries: runners, bucket, prefix, stateFolder, account: this.#account };
  }
}
