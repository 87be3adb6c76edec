import type { Logger } from "pino";
import { runProgram } from "./run-program.js";
import { tell } from "./tell.js";

const MINUTE_MS = 60_000;
const RETRY_WAITS_MS = [1_000, 5_000];

export interface MachineOptions {
  /** Ends this instance so that it can be started again. */
  readonly stopInstance: () => Promise<void>;
  readonly wait: (ms: number) => Promise<void>;
  readonly log: Logger;
  /** Default: `/dev/console`. */
  readonly consolePath?: string;
}

/** What the agent does to the machine it is on. */
export class Machine {
  readonly #options: MachineOptions;

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  /**
   * Has the system itself shut down in so long, whole minutes, rounded up; replaces what was armed before. It holds
   * whatever becomes of the agent. Once the time has passed that is now: an agent that is killed again and again must not
   * put it off each time.
   *
   * @returns whether it is armed
   */
  async arm(leftMs: number): Promise<boolean> {
    const minutes = Math.max(0, Math.ceil(leftMs / MINUTE_MS));
    try {
      await this.#retrying(() => runProgram("shutdown", ["-P", `+${minutes}`]));
      this.#options.log.info({ minutes }, "shutdown armed");
      return true;
    } catch (error) {
      this.#tell(`the system's own shutdown cannot be armed: ${wordsOf(error)}`);
      return false;
    }
  }

  /**
   * Ends the machine now. EC2 terminates an instance that powers itself off: its launch says so.
   *
   * @returns whether the system has agreed to
   */
  async powerOff(): Promise<boolean> {
    try {
      await this.#retrying(() => runProgram("shutdown", ["-P", "now"]));
      return true;
    } catch (error) {
      this.#tell(`shutdown does not work: ${wordsOf(error)}`);
    }
    try {
      await runProgram("systemctl", ["poweroff", "--force"]);
      return true;
    } catch (error) {
      this.#tell(
        `the machine cannot be ended from here: ${wordsOf(error)}; the shutdown that is armed ends it`,
      );
      return false;
    }
  }

  /** Stops the instance, to be started again by whom it belongs to; where EC2 does not do that, powers it off. */
  async stop(): Promise<boolean> {
    try {
      await this.#retrying(() => this.#options.stopInstance());
      return true;
    } catch (error) {
      this.#tell(`EC2 does not stop the instance (${wordsOf(error)}), so it is powered off`);
      return await this.powerOff();
    }
  }

  /** Tells whoever is logged in. */
  announce(message: string): void {
    runProgram("wall", [], { input: `spawn: ${message}\n` }).catch(() => undefined);
  }

  #tell(message: string): void {
    const { log, consolePath } = this.#options;
    tell(log, message, consolePath);
  }

  async #retrying<T>(task: () => Promise<T>): Promise<T> {
    for (const waitMs of RETRY_WAITS_MS) {
      try {
        return await task();
      } catch (error) {
        this.#options.log.warn({ error: wordsOf(error) }, "trying again");
        await this.#options.wait(waitMs);
      }
    }
    return await task();
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
