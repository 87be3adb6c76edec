import { stat } from "node:fs/promises";
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
import type { LaunchPlan, Rung, Surroundings } from "../plan/launch-plan.js";
import { roleName } from "../plan/names.js";
import { instanceTags } from "../plan/tags.js";
import type { Ec2LaunchRequest } from "../request.js";
import { makeInstanceRole } from "../role/instance-role.js";
import { rolePolicy } from "../role/role-policy.js";
import { bootstrap } from "./bootstrap.js";
import { type Intent, IntentFolder } from "./intent-file.js";
import { type LaunchesBefore, launchesBefore } from "./launches-before.js";
import { type MadeInstance, makeInstance, OutcomeUnknown } from "./make-instance.js";
import { settle } from "./reconcile.js";
import { storedInstance } from "./stored-instance.js";

/**
 * Carries out a plan: what the instance needs, then the instance, then the guard that ends it. Whatever fails, what was
 * made is ended and removed; what could not be stays written down for the next command.
 */
export async function launchInstance(
  parts: Ec2Parts,
  request: Ec2LaunchRequest,
  plan: LaunchPlan,
): Promise<Ec2Instance> {
  const launch = new Launch(parts, request, plan, await launchesBefore(parts, request));
  try {
    return await launch.perform();
  } catch (error) {
    throw await launch.takeBack(error);
  }
}

class Launch {
  readonly #parts: Ec2Parts;
  readonly #request: Ec2LaunchRequest;
  readonly #plan: LaunchPlan;
  readonly #folder: IntentFolder;
  readonly #before: LaunchesBefore;
  #intent: Intent;
  /** Whether what a relaunch replaces is kept beside it. */
  #isKept = false;

  constructor(parts: Ec2Parts, request: Ec2LaunchRequest, plan: LaunchPlan, before: LaunchesBefore) {
    this.#parts = parts;
    this.#request = request;
    this.#plan = plan;
    this.#before = before;
    this.#folder = new IntentFolder(parts.stateFolder);
    this.#intent = {
      schema_version: 1,
      queue_id: request.queueId,
      generation: before.generation + 1,
      region: plan.home.region,
      account: plan.home.account,
      pid: parts.processes.own,
      host: parts.processes.host,
      begun_at: this.#now(),
      role: request.role.kind === "made" ? roleName(plan.home) : null,
      request: null,
      called_at: null,
      instance_id: null,
    };
  }

  async perform(): Promise<Ec2Instance> {
    const { clients, clock } = this.#parts;
    const { partition, home, guardAt } = this.#plan;
    this.#note({});
    const [roleArn, around] = await together([
      prepareGuard(clients, partition, home.account),
      this.#surroundings(),
      this.#fillStore(),
      storeCarried(clients, home.queueId, this.#request.carried),
      this.#makeRole(),
    ]);
    const made = await this.#make(around);
    const { instanceId } = made;
    this.#note({ instance_id: instanceId });
    this.#tell({ type: "made", instanceId });
    const guard = guardInstance(clients, clock, { instanceId, roleArn, partition, endsAt: guardAt });
    await together([
      guard.then(() => this.#tell({ type: "guarded", endsAt: guardAt })),
      this.#describeInStore(made),
    ]);
    await this.#forgetBefore();
    this.#folder.remove(this.#intent);
    return this.#instance(made);
  }

  /** Ends and removes what was made. Returns what to throw. */
  async takeBack(cause: unknown): Promise<unknown> {
    const { clients, clock, store } = this.#parts;
    const warnings: string[] = [];
    try {
      await settle(clients, clock, this.#folder, this.#intent, (event) => {
        if (event.type === "warning") warnings.push(event.message);
        this.#tell(event);
      });
      if (!(cause instanceof OutcomeUnknown) && warnings.length === 0) this.#folder.remove(this.#intent);
      const keys = queueKeys(this.#request.queueId);
      if (this.#request.fromStore === undefined) {
        for (const key of [keys.queueFile, keys.workdir, keys.instance]) await store.remove(key);
      } else await this.#putBack();
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

  async #fillStore(): Promise<void> {
    const { store } = this.#parts;
    const { queueId, queueFile, workdir, isNew, fromStore } = this.#request;
    const keys = queueKeys(queueId);
    // What was asked of an instance before this one is not for this one.
    if (!isNew) await store.remove(keys.requestsFolder);
    if (fromStore !== undefined) await this.#keepBefore();
    await store.putBytes(keys.queueFile, Buffer.from(queueFile), { durable: true });
    if (workdir?.archive !== undefined) await this.#ship(workdir.archive);
  }

  async #ship(archive: string): Promise<void> {
    const { size } = await stat(archive);
    let sent = 0;
    const onBytes = (bytes: number): void => {
      sent += bytes;
      this.#tell({ type: "shipping", sent, size });
    };
    const { workdir } = queueKeys(this.#request.queueId);
    await this.#parts.store.putFile(workdir, archive, { durable: true, onBytes });
  }

  /** What a relaunch replaces in the store, so that it can be put back. */
  get #replaced(): readonly string[] {
    const keys = queueKeys(this.#request.queueId);
    return [keys.queueFile, ...(this.#request.workdir?.archive === undefined ? [] : [keys.workdir])];
  }

  async #keepBefore(): Promise<void> {
    for (const key of this.#replaced) await this.#parts.store.copy(key, this.#keptKey(key));
    this.#isKept = true;
  }

  async #putBack(): Promise<void> {
    const { store } = this.#parts;
    if (!this.#isKept) return;
    for (const key of this.#replaced) await store.copy(this.#keptKey(key), key);
    await this.#forgetBefore();
  }

  async #forgetBefore(): Promise<void> {
    if (this.#isKept) await this.#parts.store.remove(this.#keptKey(""));
  }

  #keptKey(key: string): string {
    const { folder } = queueKeys(this.#request.queueId);
    return `${folder}.before/${key.slice(folder.length)}`;
  }

  async #makeRole(): Promise<void> {
    const { clients, bucket, prefix } = this.#parts;
    const { role, queueId } = this.#request;
    if (role.kind !== "made") return;
    const { home, partition } = this.#plan;
    await makeInstanceRole(
      clients,
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
    const userDataOf = bootstrap(this.#parts, this.#request, this.#plan, this.#intent.generation);
    const [groupId, keyName] = await together([
      ssh === undefined
        ? noIngressGroup(clients, vpcId)
        : sshGroup(clients, vpcId, queueId, ssh.from, this.#now()),
      ssh === undefined ? undefined : importKey(clients, ssh.publicKey),
      // Others are made when it comes to them.
      first && userDataOf(first.architecture),
    ]);
    return async (rung) => ({
      generation: this.#intent.generation,
      // Whoever launches has claimed the id; who relaunches has not, and of two at once one is refused by the token.
      launch: this.#request.fromStore === undefined ? this.#intent.begun_at : "",
      profile: this.#profile(),
      groupId,
      ...(keyName === undefined ? {} : { keyName }),
      userData: await userDataOf(rung.architecture),
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
    const told = readInstance(aws, this.#plan.home.region);
    if (told === undefined) throw new Error("an instance without an id");
    const tags = this.#tags();
    const own = { tags, generation: this.#intent.generation, queueId: this.#request.queueId };
    const where = { zone: rung.zone, market: rung.market, deadline: this.#plan.deadline };
    return { ...told, ...own, ...where, results: tags["spawn:results"] ?? "", name: tags.Name ?? "" };
  }

  #note(change: Partial<Intent>): void {
    this.#intent = { ...this.#intent, ...change };
    this.#folder.write(this.#intent);
  }

  #now(): string {
    return new Date(this.#parts.clock.wallMs()).toISOString();
  }

  #tell(event: Parameters<NonNullable<Ec2LaunchRequest["onEvent"]>>[0]): void {
    this.#request.onEvent?.(event);
  }
}
