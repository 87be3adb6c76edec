import { SpawnError } from "@spawn/foundation";
import type { Launcher, ResumeRequest } from "@spawn/launcher";
import { type DrainLook, drain, LONGEST_MS, SILENT_MS } from "./drain.js";
import type { Ec2Parts } from "./ec2-parts.js";
import { gc } from "./gc/gc.js";
import type { GcReport } from "./gc/gc-report.js";
import { moveDeadline } from "./guard/move-deadline.js";
import { type Ec2Instance, isLive } from "./instances/ec2-instance.js";
import { findInstance, findInstances, findMadeInstance } from "./instances/find-instances.js";
import { endLeftovers } from "./launch/end-leftovers.js";
import type { LaunchEvent } from "./launch/launch-events.js";
import { launchInstance } from "./launch/launch-instance.js";
import { release } from "./launch/release.js";
import { type LaunchPlan, planLaunch } from "./plan/launch-plan.js";
import { roleName } from "./plan/names.js";
import { callerIdentity, type InstanceTypeFacts, type Survey, survey } from "./plan/survey.js";
import { preflight } from "./preflight/preflight.js";
import type { Ec2LaunchRequest } from "./request.js";
import { awaitDeadline } from "./requests/await-deadline.js";
import { requestDrain } from "./requests/request-drain.js";
import { type KeptResumeRequest, resumeKept } from "./requests/resume-kept.js";

const LONGEST_AHEAD_MS = 30 * 86_400_000;

/** A launch of which everything that can be checked beforehand was found good. */
export interface PlannedLaunch {
  readonly plan: LaunchPlan;
  /** What could not be checked, and what is not tried, in words. */
  readonly notes: readonly string[];
  /** Of the instance types that were asked for. */
  readonly types: readonly InstanceTypeFacts[];
}

/** Instances on EC2, in one region. */
export class Ec2Launcher implements Launcher<Ec2Instance, Ec2LaunchRequest> {
  readonly provider = "ec2";
  readonly #parts: Ec2Parts;

  constructor(parts: Ec2Parts) {
    this.#parts = parts;
  }

  /**
   * What `launch` would do, after all its checks; nothing is made.
   *
   * @param surveyed what AWS says of it, where that was asked before
   * @throws SpawnError as `launch`.
   */
  async plan(request: Ec2LaunchRequest, surveyed?: Promise<Survey>): Promise<PlannedLaunch> {
    const { clients, clock } = this.#parts;
    const found = await (surveyed ?? survey(clients, request));
    const plan = planLaunch(request, found, clients.region, clock.wallMs());
    const { rungs, notes } = await preflight(this.#parts, request, found, plan);
    return { plan: { ...plan, rungs }, notes, types: found.types };
  }

  async launch(request: Ec2LaunchRequest): Promise<Ec2Instance> {
    const { plan, notes } = await this.plan(request);
    for (const message of notes) request.onEvent?.({ type: "warning", message });
    return this.launchAsPlanned(request, plan);
  }

  /**
   * What was planned, now: for the request that `plan` looked at, but for its queue id and work folder. Times count from when
   * the instance is asked for.
   *
   * @throws SpawnError as `launch`.
   */
  async launchAsPlanned(request: Ec2LaunchRequest, plan: LaunchPlan): Promise<Ec2Instance> {
    const home = { ...plan.home, queueId: request.queueId };
    return launchInstance(this.#parts, request, { ...plan, home });
  }

  /** See `endLeftovers`; every launch begins with it. */
  reconcile(onEvent?: (event: LaunchEvent) => void): Promise<readonly string[]> {
    return endLeftovers(this.#parts, onEvent);
  }

  /** Those of this launcher's region. */
  list(): Promise<readonly Ec2Instance[]> {
    return findInstances(this.#parts.clients);
  }

  find(instanceId: string): Promise<Ec2Instance> {
    return findMadeInstance(this.#parts, instanceId);
  }

  /** On an instance that was kept after its queue; all else goes on on a new instance, by `launch` with `fromStore`. */
  async resume(
    instanceId: string,
    { environment, rerun, workdir }: ResumeRequest & Pick<KeptResumeRequest, "workdir">,
  ): Promise<Ec2Instance> {
    const instance = await this.find(instanceId);
    if (instance.state === "running") {
      const carried = Object.entries(environment).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      );
      await resumeKept(this.#parts, instance, { carried: Object.fromEntries(carried), rerun, workdir });
      return instance;
    }
    const { queueId, state } = instance;
    throw new SpawnError("not-resumable", `${instanceId} is ${state}: ${queueId} goes on on a new instance`, {
      hint: `${isLive(instance) ? `spawn terminate ${instanceId}, then: ` : "Launch it from its store: "}spawn queue resume ${queueId}`,
    });
  }

  /** Waits until its agent has stored what there is and the machine has ended, as long as that can be expected of it: see `drain`. */
  async terminate(instanceId: string, options: TerminateOptions = {}): Promise<Ec2Instance> {
    const { clients, clock } = this.#parts;
    const instance = await this.find(instanceId);
    if (!isLive(instance)) return instance;
    if (instance.state === "running" && options.drains !== false && !(await this.#drain(instance, options)))
      return instance;
    const { account } = await callerIdentity(clients);
    const { queueId } = instance;
    const own = roleName({ queueId, account, region: clients.region });
    const role = instance.profile === own ? own : null;
    const failures = await release(clients, clock, { queueId, instances: [instanceId], role });
    if (failures.length > 0) {
      throw new SpawnError("aws-failed", failures.join("; "), { hint: "spawn gc removes what is left." });
    }
    return this.find(instanceId);
  }

  async extend(instanceId: string, byMs: number): Promise<string> {
    const { clock } = this.#parts;
    const instance = await this.find(instanceId);
    const deadline = newDeadline(instance, byMs, clock.wallMs());
    await moveDeadline(this.#parts, instance, deadline);
    await awaitDeadline(this.#parts, instance, deadline);
    return deadline;
  }

  /** See `gc`. */
  gc(options: Parameters<typeof gc>[1]): Promise<GcReport> {
    return gc(this.#parts, options);
  }

  /**
   * Asks the agent to stop its jobs, put everything into the store and end the machine.
   *
   * @returns whether it is to be ended
   */
  async #drain(instance: Ec2Instance, { signal, onLook, onNotAsked }: TerminateOptions): Promise<boolean> {
    const { clients, silentMs = SILENT_MS } = this.#parts;
    const { instanceId, queueId } = instance;
    const answer = await requestDrain(this.#parts, instance);
    if (answer.kind === "not-asked") return (await onNotAsked?.(answer.why)) ?? true;
    if (answer.kind === "nothing-to-store") return true;
    await drain({
      ...{ ...this.#parts, queueId, silentMs, longestMs: LONGEST_MS, signal, onLook },
      isRunning: async () => (await findInstance(clients, instanceId)).state === "running",
    });
    return true;
  }
}

export interface TerminateOptions {
  /** False: at once; what is not in the store is lost. Default: true. */
  readonly drains?: boolean;
  /** Ends the wait; the machine is left to store what it has and to end by itself. */
  readonly signal?: AbortSignal;
  /** Told again and again how things stand. */
  readonly onLook?: (look: DrainLook) => void;
  /** The instance cannot be asked to store what it has, and why; whether it is ended all the same. Default: it is. */
  readonly onNotAsked?: (why: string) => Promise<boolean>;
}

/** @throws SpawnError `already-over`, `aws-failed` for a deadline that cannot be read, `bad-arguments`. */
function newDeadline(instance: Ec2Instance, byMs: number, nowMs: number): string {
  const { instanceId, state } = instance;
  if (!isLive(instance)) throw new SpawnError("already-over", `${instanceId} is ${state}`);
  if (state === "stopping" || state === "stopped") {
    throw new SpawnError("already-over", `${instanceId} is ${state}: it cannot be told of another deadline`, {
      hint: `Start it, then extend it: aws ec2 start-instances --instance-ids ${instanceId} --region ${instance.region}`,
    });
  }
  const present = Date.parse(instance.deadline);
  if (Number.isNaN(present)) {
    throw new SpawnError(
      "aws-failed",
      `the deadline of ${instanceId} cannot be read from its tag spawn:ttl-expires-at`,
      {
        hint: "Somebody has changed the tag: set it to a time such as 2026-01-27T10:00:00Z.",
      },
    );
  }
  if (present <= nowMs)
    throw new SpawnError("already-over", `${instanceId} was to end at ${instance.deadline}`);
  const moved = present + byMs;
  if (byMs <= 0 || moved > nowMs + LONGEST_AHEAD_MS) {
    throw new SpawnError("bad-arguments", "a deadline can be moved to later, to at most 30 days from now");
  }
  return new Date(moved).toISOString();
}
