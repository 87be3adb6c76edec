import { type ChildProcess, spawn } from "node:child_process";

export interface CommandResult {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const PATIENCE_MS = 20_000;

/** A command that runs beside the test. */
export class RunningCommand {
  readonly result: Promise<CommandResult>;
  readonly #child: ChildProcess;
  readonly #looks = new Set<() => void>();
  #stdout = "";
  #stderr = "";

  constructor(program: string, args: readonly string[], options: CommandOptions) {
    const startedMs = performance.now();
    const child = spawn(program, [...args], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.#take(() => (this.#stdout += text)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#take(() => (this.#stderr += text)));
    this.result = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({
          code,
          stdout: this.#stdout,
          stderr: this.#stderr,
          elapsedMs: performance.now() - startedMs,
        });
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the command was not started");
    return this.#child.pid;
  }

  /**
   * Resolves with the first line of either stream that matches.
   *
   * @throws Error when the command ends without it, or after `withinMs`.
   */
  async line(pattern: RegExp, withinMs = PATIENCE_MS): Promise<string> {
    return await new Promise<string>((resolve, reject) => {
      const look = (): void => {
        const found = `${this.#stdout}\n${this.#stderr}`.split("\n").find((line) => pattern.test(line));
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const fail = (why: string): void => {
        stop();
        reject(new Error(`${why} without a line ${pattern}:\n${this.#stdout}\n${this.#stderr}`));
      };
      const patience = setTimeout(() => fail(`${withinMs / 1000} s passed`), withinMs);
      const stop = (): void => {
        clearTimeout(patience);
        this.#looks.delete(look);
      };
      this.#looks.add(look);
      look();
      void this.result.then(() => fail("the command ended"), reject);
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  #take(append: () => void): void {
    append();
    for (const look of [...this.#looks]) look();
  }
}
