import type { AwsClients } from "../../packages/aws-launcher/src/aws/aws-clients.js";
import { type AwsInstance, instanceMetadata } from "./instance-metadata.js";
import { Machine, type MachineEnd } from "./machine.js";
import type { Metadata } from "./metadata-server.js";
import type { LabNetwork } from "./network.js";
import type { RoleGuard } from "./policy/role-guard.js";
import type { InstanceView } from "./proxy/ec2-manners.js";
import type { System } from "./system.js";

export interface MachineRoomParts {
  /** Past the proxy. */
  readonly clients: AwsClients;
  readonly network: LabNetwork;
  readonly guard: RoleGuard;
  readonly disks: string;
  readonly image: string;
  readonly system: System;
  readonly publicKey: (name: string) => string | undefined;
}

/** What a machine is at. */
type Phase = "booting" | "on" | "ending" | "off";

interface Place {
  readonly machine: Machine;
  readonly metadata: Metadata;
  readonly said: Map<string, string>;
  phase: Phase;
  /** What its end is for, while it ends. */
  endsFor: "shutting-down" | "stopping";
}

/** Keeps a machine for each instance that moto says is running, and tells moto what becomes of it by itself. */
export class MachineRoom {
  readonly #parts: MachineRoomParts;
  readonly #places = new Map<string, Place>();
  readonly #work = new Set<Promise<void>>();
  #isClosed = false;
  /** What went wrong where nobody waits for it. */
  readonly failures: string[] = [];

  constructor(parts: MachineRoomParts) {
    this.#parts = parts;
  }

  /** @throws Error for an instance that never had a machine. */
  machine(instanceId: string): Machine {
    return this.#place(instanceId).machine;
  }

  get machines(): readonly Machine[] {
    return [...this.#places.values()].map(({ machine }) => machine);
  }

  view(instanceId: string): InstanceView {
    const place = this.#places.get(instanceId);
    if (place === undefined) return {};
    const { address } = place.machine.link;
    if (place.phase === "booting") return { address, state: "pending" };
    return place.phase === "ending" ? { address, state: place.endsFor } : { address };
  }

  metadata(address: string): Metadata | undefined {
    return [...this.#places.values()].find(({ machine }) => machine.link.address === address)?.metadata;
  }

  /** Says something to an instance through its metadata; `undefined` takes it back. */
  say(instanceId: string, path: string, value: string | undefined): void {
    const { said } = this.#place(instanceId);
    if (value === undefined) said.delete(path);
    else said.set(path, value);
  }

  /** Begins whatever moto's instances ask for: boots, ends. */
  async follow(): Promise<void> {
    if (this.#isClosed) return;
    for (const instance of await this.#instances()) {
      const id = instance.InstanceId ?? "";
      const state = instance.State?.Name ?? "";
      const place = this.#places.get(id);
      if (/^(pending|running)$/.test(state)) {
        if (place === undefined) this.#begin(this.#make(id));
        else if (place.phase === "off") this.#begin(place);
      } else if (place !== undefined && /^(booting|on)$/.test(place.phase)) {
        this.#end(place, /^stop/.test(state) ? "stopping" : "shutting-down");
      }
    }
  }

  /** Starts a machine again that is off though its instance runs, as a host that has power again. */
  restart(instanceId: string): void {
    this.#begin(this.#place(instanceId));
  }

  /** Shuts it down and starts it again, as `RebootInstances` does. */
  async reboot(instanceId: string): Promise<void> {
    await this.#place(instanceId).machine.run("systemctl reboot");
  }

  /** Resolves when no machine boots or ends any more. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.machines.map((machine) => machine.remove()));
    await this.settled();
  }

  #place(instanceId: string): Place {
    const place = this.#places.get(instanceId);
    if (place === undefined) throw new Error(`${instanceId} has no machine`);
    return place;
  }

  async #instances(): Promise<readonly AwsInstance[]> {
    const { Reservations = [] } = await (await this.#parts.clients.ec2()).describeInstances({});
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  #make(instanceId: string): Place {
    const link = this.#parts.network.connect();
    const machine = new Machine({ ...this.#parts, instanceId, link });
    const said = new Map<string, string>();
    const { address } = link;
    const region = this.#parts.clients.region;
    const metadata = instanceMetadata({ ...this.#parts, instanceId, address, region, said });
    const place: Place = { machine, metadata, said, phase: "off", endsFor: "shutting-down" };
    this.#places.set(instanceId, place);
    return place;
  }

  #begin(place: Place): void {
    place.phase = "booting";
    this.#track(place, async () => {
      const { ended } = await place.machine.boot();
      if (place.phase === "booting") place.phase = "on";
      // Not waited for as work: that would be the machine's whole life.
      void ended.then((end) => this.#track(place, () => this.#ended(place, end)));
    });
  }

  #end(place: Place, endsFor: Place["endsFor"]): void {
    const wasBooting = place.phase === "booting";
    place.phase = "ending";
    place.endsFor = endsFor;
    this.#track(place, async () => {
      if (wasBooting) await place.machine.losePower();
      else await place.machine.end();
      place.phase = "off";
    });
  }

  /** By itself, or because it was told to. */
  async #ended(place: Place, end: MachineEnd): Promise<void> {
    if (this.#isClosed || place.phase === "ending") return;
    place.phase = "off";
    if (end === "reboot") return this.#begin(place);
    // Who loses power knows nothing of it: the instance counts as running until somebody looks after it.
    if (end === "power-loss") return;
    const { instanceId } = place.machine;
    const ec2 = await this.#parts.clients.ec2();
    const asked = { InstanceId: instanceId, Attribute: "instanceInitiatedShutdownBehavior" } as const;
    const { InstanceInitiatedShutdownBehavior } = await ec2.describeInstanceAttribute(asked);
    if (InstanceInitiatedShutdownBehavior?.Value === "terminate") {
      await ec2.terminateInstances({ InstanceIds: [instanceId] });
    } else {
      await ec2.stopInstances({ InstanceIds: [instanceId] });
    }
  }

  #track(place: Place, work: () => Promise<void>): void {
    const task = work()
      .catch((error: unknown) => {
        this.failures.push(`${place.machine.instanceId}: ${String(error)}`);
        place.phase = "off";
      })
      .finally(() => this.#work.delete(task));
    this.#work.add(task);
  }
}
