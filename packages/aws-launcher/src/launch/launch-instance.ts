import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { SpawnError } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { together } from "../aws/together.js";
import { storeCarried } from "../carried/carried-parameters.js";
import type { Ec2Parts } from "../ec2-parts.js";
import { guardInstance, prepareGuard } from "../guard/deadline-schedule.js";
import { type Ec2Instance, readInstance } from "../instances/ec2-instance.js";
import { importKey } from "../network/key-pair.js";
import { noIngressGroup, sshGroup } from "../network/security-group.js";
import { type LaunchPlan, planTimes, type Rung, type Surroundings } from "../plan/launch-plan.js";
import { roleName } from "../plan/names.js";
import { instanceTags } from "../plan/tags.js";
import type { Ec2LaunchRequest } from "../request.js";
import { makeInstanceRole } from "../role/instance-role.js";
import { rolePolicy } from "../role/role-policy.js";
import { Bootstrap } from "./bootstrap.js";
import { endLeftovers } from "./end-leftovers.js";
import { type Intent, IntentFolder } from "./intent-file.js";
import { claimLaunch, giveUpClaim } from "./launch-claim.js";
import type { LaunchEvent } from "./launch-events.js";
import { type LaunchesBefore, launchesBefore } from "./launches-before.js";
import { type MadeInstance, makeInstance, OutcomeUnknown } from "./make-instance.js";
import { QueueInStore } from "./queue-in-store.js";
import { settle } from "./reconcile.js";
import { storedInstance } from "./stored-instance.js";

/** While something is on its way, how often it is written down that the launch is at work, in milliseconds. */
const NOTED_EVERY_MS = 60_000;

/**
 * Carries out a plan: what the instance needs, then the instance, then the guard that ends it. Whatever fails, what was
 * made is ended and removed; what could not be stays written down for the next command. The times count from when the
 * instance is asked for.
 */
export async function launchInstance(
  parts: Ec2Parts,
  request: Ec2LaunchRequest,
  plan: LaunchPlan,
): Promise<Ec2Instance> {
  const before = await settledBefore(parts, request);
  const launch = new Launch(parts, request, plan, before);
  try {
    return await launch.perform();
  } catch (error) {
    throw await launch.takeBack(error);
  }
}

/** What the queue was launched on before, once what launches left here is ended. */
async function settledBefore(parts: Ec2Parts, request: Ec2LaunchRequest): Promise<LaunchesBefore> {
  try {
    await endLeftovers(parts, request.onEvent);
    return await launchesBefore(parts, request);
  } catch (error) {
    if (request.isNew) await parts.store.remove(queueKeys(request.queueId).folder);
    throw error;
  }
}

class Launch {
  readonly #parts: Ec2Parts;
  readonly #request: Ec2LaunchRequest;
  readonly #folder: IntentFolder;
  readonly #before: LaunchesBefore;
  readonly #inStore: QueueInStore;
  #plan: LaunchPlan;
  #intent: Intent;
  #isClaimed = false;

  constructor(parts: Ec2Parts, request: Ec2LaunchRequest, plan: LaunchPlan, before: LaunchesBefore) {
    this.#parts = parts;
    this.#request = request;
    this.#plan = plan;
    this.#before = before;
    this.#folder = new IntentFolder(parts.stateFolder);
    this.#inStore = new QueueInStore(parts.store, request, (sent, size) =>
      this.#moving({ type: "shipping", sent, size }),
    );
    const now = this.#now();
    this.#intent = {
      schema_version: 1,
      queue_id: request.queueId,
      launch_id: parts.random.hex(32),
      generation: before.generation + 1,
      region: plan.home.region,
      account: plan.home.account,
      pid: parts.processes.own,
      host: parts.processes.host,
      begun_at: now,
      at_work_at: now,
      role: request.role.kind === "made" ? roleName(plan.home) : null,
      request: null,
      called_at: null,
      instance_id: null,
    };
  }

  async perform(): Promise<Ec2Instance> {
    const { clients, clock } = this.#parts;
    const { partition, home } = this.#plan;
    await claimLaunch(this.#parts.store, this.#intent);
    this.#isClaimed = true;
    this.#note({});
    // What is made for an instance counts as left over when it is old and there is none.
    const isLarge = await this.#inStore.isLarge();
    if (isLarge) await this.#inStore.fill();
    const [roleArn, around] = await together([
      prepareGuard(this.#parts, partition, home.account),
      this.#surroundings(),
      isLarge ? undefined : this.#inStore.fill(),
      storeCarried(clients, home.queueId, this.#request.carried),
      this.#makeRole(),
    ]);
    this.#plan = { ...this.#plan, ...planTimes(this.#request.ttlMs, clock.wallMs()) };
    const made = await this.#make(around);
    const { instanceId } = made;
    const { guardAt } = this.#plan;
    this.#note({ instance_id: instanceId });
    this.#tell({ type: "made", instanceId });
    const guard = guardInstance(clients, clock, { instanceId, roleArn, partition, endsAt: guardAt });
    await together([
      guard.then(() => this.#tell({ type: "guarded", endsAt: guardAt })),
      this.#describeInStore(made),
    ]);
    await this.#inStore.forgetBefore();
    this.#folder.remove(this.#intent);
    return this.#instance(made);
  }

  /** Ends and removes what was made. Returns what to throw. */
  async takeBack(cause: unknown): Promise<unknown> {
    const { clients, clock, store } = this.#parts;
    // Another launch has the queue, and all that is its.
    if (!this.#isClaimed) return cause;
    const warnings: string[] = [];
    try {
      // Nobody is at work on it from here on, though this process may live on.
      this.#note({ pid: null });
      const isSettled = await settle(clients, clock, this.#folder, this.#intent, (event) => {
        if (event.type === "warning") warnings.push(event.message);
        this.#tell(
          event.type === "ended-leftover" ? { type: "taken-back", instances: event.instances } : event,
        );
      });
      const mayLive = !isSettled && (cause instanceof OutcomeUnknown || this.#intent.instance_id !== null);
      if (!mayLive && warnings.length === 0) this.#folder.remove(this.#intent);
      // An instance that may be there reads its queue from the store.
      if (!mayLive) await this.#inStore.takeBack();
      if (!mayLive && !this.#request.isNew) await giveUpClaim(store, this.#intent);
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      warnings.push(error.message);
    }
    if (warnings.length === 0 || !(cause instanceof SpawnError)) return cause;
    return new SpawnError(
      cause.code,
      `${cause.message}\nNot everything could be taken back: ${warnings.join("; ")}`,
      {
        hint: "spawn gc removes the rest; an instance would end by itself at its deadline.",
        cause,
      },
    );
  }

  /** Something is on its way, and may be for long. */
  #moving(event: LaunchEvent): void {
    if (this.#parts.clock.wallMs() - Date.parse(this.#intent.at_work_at) > NOTED_EVERY_MS) this.#note({});
    this.#tell(event);
  }

  async #makeRole(): Promise<void> {
    const { clients, clock, bucket, prefix } = this.#parts;
    const { role, queueId } = this.#request;
    if (role.kind !== "made") return;
    const { home, partition } = this.#plan;
    await makeInstanceRole(
      clients,
      clock,
      roleName(home),
      queueId,
      rolePolicy({ ...role, home, partition, bucket, prefix }),
    );
  }

  /** What an instance of any rung has around it but its role. */
  async #surroundings(): Promise<(rung: Rung) => Promise<Surroundings>> {
    const { clients } = this.#parts;
    const { ssh, queueId } = this.#request;
    const [first] = this.#plan.rungs;
    const vpcId = first?.vpcId ?? "";
    const bootstrap = new Bootstrap(this.#parts, this.#request, this.#plan.home.account, (event) =>
      this.#moving(event),
    );
    const [groupId, keyName] = await together([
      ssh === undefined ? noIngressGroup(clients, vpcId) : sshGroup(this.#parts, vpcId, queueId, ssh.from),
      ssh === undefined ? undefined : importKey(clients, ssh.publicKey),
      // Others are made when it comes to them.
      first && bootstrap.runner(first.architecture),
    ]);
    return async (rung) => ({
      generation: this.#intent.generation,
      launch: this.#intent.launch_id,
      profile: this.#profile(),
      groupId,
      ...(keyName === undefined ? {} : { keyName }),
      userData: await bootstrap.userData(rung.architecture, this.#plan, this.#intent.generation),
      tags: this.#tags(),
    });
  }

  #make(around: (rung: Rung) => Promise<Surroundings>): Promise<MadeInstance> {
    const note = (request: RunInstancesCommandInput): void => this.#note({ request, called_at: this.#now() });
    const tell = this.#tell.bind(this);
    return makeInstance({ ...this.#parts, plan: this.#plan, around, note, tell });
  }

  #profile(): string {
    const { role } = this.#request;
    return role.kind === "existing" ? role.profile : roleName(this.#plan.home);
  }

  #tags(): Readonly<Record<string, string>> {
    const { createdBy, bucket, prefix } = this.#parts;
    const request = this.#request;
    return instanceTags({
      ...request,
      deadline: this.#plan.deadline,
      onComplete: request.onComplete ?? "terminate",
      results: `s3://${bucket}/${prefix}${request.queueId}/`,
      createdBy,
      generation: this.#intent.generation,
      launchId: this.#intent.launch_id,
    });
  }

  /** What whoever looks for the queue later may want to know of its instance. */
  async #describeInStore(made: MadeInstance): Promise<void> {
    const instance = this.#instance(made);
    const value = storedInstance(
      this.#request,
      {
        instance_id: instance.instanceId,
        generation: this.#intent.generation,
        region: instance.region,
        zone: made.rung.zone,
        instance_type: made.rung.instanceType,
        market: made.rung.market,
        ami: made.rung.imageId,
        launched_at: this.#plan.launchedAt,
        deadline: this.#plan.deadline,
        on_complete: this.#request.onComplete ?? "terminate",
        role: this.#profile(),
      },
      this.#before.instances,
    );
    const bytes = Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
    await this.#parts.store.putBytes(queueKeys(this.#request.queueId).instance, bytes, { durable: true });
  }

  #instance({ aws, rung }: MadeInstance): Ec2Instance {
    const told = readInstance(aws, this.#plan.home);
    if (told === undefined) throw new Error("an instance without an id");
    const tags = this.#tags();
    const own = { tags, generation: this.#intent.generation, queueId: this.#request.queueId };
    const where = { zone: rung.zone, market: rung.market, deadline: this.#plan.deadline };
    return { ...told, ...own, ...where, results: tags["spawn:results"] ?? "", name: tags.Name ?? "" };
  }

  #note(change: Partial<Intent>): void {
    this.#intent = { ...this.#intent, ...change, at_work_at: this.#now() };
    this.#folder.write(this.#intent);
  }

  #now(): string {
    return new Date(this.#parts.clock.wallMs()).toISOString();
  }

  #tell(event: LaunchEvent): void {
    this.#request.onEvent?.(event);
  }
}
