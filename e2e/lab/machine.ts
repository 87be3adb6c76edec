import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { makeCgroups, removeCgroups } from "./cgroups.js";
import type { Link } from "./network.js";
import { tryCommand } from "./run-command.js";
import type { System } from "./system.js";

const UP_WITHIN_MS = { lab: 20_000, systemd: 90_000 };
/** As EC2 does with one that does not shut down by itself: after some minutes. */
const KILLED_AFTER_MS = 180_000;
const LOOK_EVERY_MS = 50;
/** Of the lab's own process 1, and of systemd-nspawn. */
const RESTART_CODES: readonly (number | null)[] = [10, 133];

/** How a machine ended: by its own shutdown, to start again at once, or without any shutdown. */
export type MachineEnd = "poweroff" | "reboot" | "power-loss";

export interface MachineOptions {
  readonly instanceId: string;
  readonly link: Link;
  /** Of the lab's machines, to which the instance's own is added. */
  readonly disks: string;
  readonly image: string;
  readonly system: System;
}

/** One computer: a disk that outlives its boots, a cable, and processes that see nothing else. */
export class Machine {
  readonly instanceId: string;
  readonly link: Link;
  readonly #options: MachineOptions;
  readonly #disk: string;
  #process: ChildProcess | undefined;
  #ended: Promise<MachineEnd> = Promise.resolve("power-loss");
  /** Counts boots, from 1. */
  boots = 0;
  /** When the last boot was over, by `performance.now()`, and how long it took. */
  lastBoot = { bootedMs: Number.NaN, bootMs: Number.NaN };

  constructor(options: MachineOptions) {
    this.#options = options;
    this.instanceId = options.instanceId;
    this.link = options.link;
    this.#disk = join(options.disks, options.instanceId);
    for (const folder of ["upper", "work", "root"]) mkdirSync(join(this.#disk, folder), { recursive: true });
  }

  get isOn(): boolean {
    return this.#process !== undefined;
  }

  /** Starts it; resolves once its services are started, with how it will end. */
  async boot(): Promise<{ readonly ended: Promise<MachineEnd> }> {
    if (this.isOn) throw new Error(`${this.instanceId} is on already`);
    this.boots += 1;
    const beganMs = performance.now();
    const { link, image, system } = this.#options;
    const cgroups = makeCgroups(link.namespace);
    const enter = cgroups.folders.map((folder) => `echo $$ >${folder}/cgroup.procs`);
    const enterOwn = system.init === "lab" ? `ip netns exec ${link.namespace}` : "";
    const fresh = system.init === "lab" ? labNamespaces() : "--mount";
    const boot = `exec ${enterOwn} setpriv --pdeathsig KILL unshare ${fresh} ${image}/usr/lib/lab/boot`;
    const script = ["set -e", ...enter, boot].join("\n");
    const console = openSync(join(this.#disk, "console"), "a");
    const child = spawn("sh", ["-c", script], {
      stdio: ["ignore", console, console],
      env: {
        PATH: process.env.PATH,
        LAB_IMAGE: image,
        LAB_SYSTEM: system.root,
        LAB_INIT: system.init,
        LAB_NAMESPACE: link.namespace,
        LAB_DISK: this.#disk,
        LAB_BOOT_ID: randomUUID(),
        LAB_CGROUPS: cgroups.names,
        LAB_HOSTNAME: `ip-${link.address.replaceAll(".", "-")}`,
      },
    });
    closeSync(console);
    this.#process = child;
    this.#ended = new Promise((resolve) => {
      child.once("exit", (code) => {
        this.#process = undefined;
        removeCgroups((name) => name === link.namespace);
        resolve(code === 0 ? "poweroff" : RESTART_CODES.includes(code) ? "reboot" : "power-loss");
      });
    });
    await this.#untilUp(child);
    const bootedMs = performance.now();
    this.lastBoot = { bootedMs, bootMs: bootedMs - beganMs };
    return { ended: this.#ended };
  }

  /** As a shutdown from outside: TERM to all, and the power off when that takes too long. */
  async end(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const init = this.#init();
    if (init === undefined) return await this.losePower();
    if (this.#options.system.init === "lab") {
      // Read by its init, which forks nothing in a signal's handler: what bash forks there goes on with the read that it interrupted.
      writeFileSync(`/proc/${init}/root/run/initctl`, "poweroff\n", { flag: "r+" });
    } else {
      // The container's manager passes it on as systemd wants to be told.
      child.kill("SIGTERM");
    }
    const killed = setTimeout(() => child.kill("SIGKILL"), KILLED_AFTER_MS);
    await this.#ended;
    clearTimeout(killed);
  }

  /** Everything stops between two instructions. */
  async losePower(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#ended;
  }

  /** Runs a command in it, as root or another user of its. */
  async run(command: string, { user = "root", input = "" } = {}): Promise<CommandResult> {
    const init = this.#init();
    if (init === undefined) throw new Error(`${this.instanceId} is off`);
    const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--time", "--cgroup", "--root"];
    const as = user === "root" ? [] : ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
    const child = spawn(
      "nsenter",
      [
        "--target",
        String(init),
        ...namespaces,
        "env",
        "--chdir=/",
        "-i",
        `PATH=${PATH}`,
        "HOME=/root",
        ...as,
        "bash",
        "--norc",
        "-c",
        command,
      ],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    return { code, stdout: stdout(), stderr: stderr() };
  }

  /** What a command prints. @throws Error when it fails. */
  async output(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(command);
    if (code !== 0) throw new Error(`${command} ended with ${code} on ${this.instanceId}: ${stderr}`);
    return stdout;
  }

  /** A file as the machine wrote it, also once it is off; `undefined` where it wrote none. */
  written(path: string): string | undefined {
    const at = join(this.writtenFolder, path);
    return existsSync(at) ? readFileSync(at, "utf8") : undefined;
  }

  /** Where all lies that the machine wrote to its disk. */
  get writtenFolder(): string {
    return join(this.#disk, "upper");
  }

  /** For the message of a test that fails. */
  describe(): string {
    const files = ["var/log/cloud-init-output.log", "var/log/lab/spored.log", "var/log/lab/shutdown.log"];
    const texts = files.map((file) => `--- ${file}\n${this.written(file)?.slice(-6_000) ?? "(none)"}`);
    const state = `${this.instanceId} is ${this.isOn ? "on" : "off"}`;
    return [state, this.#console(), ...texts, this.journal()].join("\n");
  }

  /** What systemd has noted, where the machine is run by it; also once it is off. */
  journal(): string {
    const folder = join(this.writtenFolder, "var/log/journal");
    const recent = ["--no-pager", "--output=short-monotonic", "--lines=200"];
    return existsSync(folder) ? tryCommand("journalctl", ["--directory", folder, ...recent]) : "";
  }

  async remove(): Promise<void> {
    await this.losePower();
    this.link.remove();
    rmSync(this.#disk, { recursive: true, force: true });
  }

  /** As the host counts it. */
  #init(): number | undefined {
    const pid = this.#process?.pid;
    if (pid === undefined) return undefined;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return children === "" ? undefined : Number(children.split(" ")[0]);
  }

  async #untilUp(child: ChildProcess): Promise<void> {
    const end = Date.now() + UP_WITHIN_MS[this.#options.system.init];
    while (!this.#isUp()) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > end) {
        throw new Error(`${this.instanceId} does not boot: ${this.#console()}`);
      }
      await wait(LOOK_EVERY_MS);
    }
  }

  #isUp(): boolean {
    const init = this.#init();
    return init !== undefined && existsSync(`/proc/${init}/root/run/lab-up`);
  }

  #console(): string {
    return readFileSync(join(this.#disk, "console"), "utf8");
  }
}

/** Of a machine whose process 1 is the lab's own; systemd-nspawn makes those of its container. */
function labNamespaces(): string {
  const since = Math.floor(uptime());
  const fresh = "--mount --uts --ipc --pid --time --cgroup --fork --kill-child";
  return `${fresh} --monotonic -${since} --boottime -${since}`;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  return () => text;
}
