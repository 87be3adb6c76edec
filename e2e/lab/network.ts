import { runCommand, tryCommand } from "./run-command.js";
import type { Slot } from "./slot.js";

const FIRST_HOST = 10;
const LAST_HOST = 250;

/** A lab's network: a bridge that the host is on too, and a namespace for each machine. There is no way out of it. */
export class LabNetwork {
  readonly #slot: Slot;
  readonly #free: number[] = [];
  /** Of the host, where the machines find AWS. */
  readonly hostAddress: string;

  constructor(slot: Slot) {
    this.#slot = slot;
    this.hostAddress = `10.99.${slot.number}.1`;
    for (let host = LAST_HOST; host >= FIRST_HOST; host -= 1) this.#free.push(host);
    ip([
      `link add ${slot.name} type bridge`,
      `addr add ${this.hostAddress}/24 dev ${slot.name}`,
      `link set ${slot.name} up`,
    ]);
  }

  /** Lets the machines find their metadata at the usual address, and makes the sets by which faults are given. */
  install(metadataPort: number): void {
    const { name } = this.#slot;
    const rules = `table ip ${name} {
      set cut { type ipv4_addr; }
      set lossy { type ipv4_addr; }
      chain metadata {
        type nat hook prerouting priority -100;
        iifname "${name}" ip daddr 169.254.169.254 tcp dport 80 dnat to ${this.hostAddress}:${metadataPort}
      }
      chain from_machines {
        type filter hook prerouting priority -300;
        iifname "${name}" ip saddr @cut drop
        iifname "${name}" ip saddr @lossy numgen random mod 100 < 30 drop
      }
      chain to_machines {
        type filter hook output priority 0;
        oifname "${name}" ip daddr @cut drop
        oifname "${name}" ip daddr @lossy numgen random mod 100 < 30 drop
      }
    }\n`;
    runCommand("nft", ["-f", "-"], rules);
  }

  /** A place for one more machine. */
  connect(): Link {
    const host = this.#free.pop();
    if (host === undefined) throw new Error("the lab's network is full");
    const { name } = this.#slot;
    const namespace = `${name}-${host}`;
    const address = `10.99.${this.#slot.number}.${host}`;
    const outside = `sl${this.#slot.number}v${host}`;
    ip([
      `netns add ${namespace}`,
      `link add ${outside} type veth peer name eth0 netns ${namespace}`,
      `link set ${outside} master ${name} up`,
    ]);
    ip(
      [
        `addr add ${address}/24 dev eth0`,
        "link set lo up",
        "link set eth0 up",
        `route add default via ${this.hostAddress}`,
      ],
      namespace,
    );
    const set = (verb: string, which: string): string =>
      tryCommand("nft", [verb, "element", "ip", name, which, `{ ${address} }`]);
    return {
      namespace,
      address,
      down: () => ip([`link set ${outside} down`]),
      up: () => ip([`link set ${outside} up`]),
      cut: () => set("add", "cut"),
      lose: () => set("add", "lossy"),
      heal: () => {
        set("delete", "cut");
        set("delete", "lossy");
        ip([`link set ${outside} up`]);
      },
      remove: () => {
        set("delete", "cut");
        set("delete", "lossy");
        tryCommand("ip", ["netns", "delete", namespace]);
        tryCommand("ip", ["link", "delete", outside]);
        this.#free.unshift(host);
      },
    };
  }
}

/** A machine's cable. */
export interface Link {
  /** The network namespace at its end. */
  readonly namespace: string;
  readonly address: string;
  /** Unplugged. */
  down(): void;
  up(): void;
  /** Plugged in, and nothing gets through. */
  cut(): void;
  /** Of every 100 packets each way, 30 are lost. */
  lose(): void;
  /** Takes all faults back. */
  heal(): void;
  remove(): void;
}

function ip(commands: readonly string[], namespace?: string): void {
  const where = namespace === undefined ? [] : ["-n", namespace];
  runCommand("ip", [...where, "-batch", "-"], `${commands.join("\n")}\n`);
}
