import { Command } from "@oclif/core";
import { asksForJson } from "./asks-for-json.js";
import { type Context, openContext } from "./context.js";
import { EXIT, type ExitStatus } from "./exit-status.js";
import { describeFailure } from "./failure.js";
import { switchFlag } from "./flags/switch-flag.js";
import { failureJson, failureText } from "./render/failure-text.js";
import { colorOf, liveOf, type Palette, paletteOf } from "./render/palette.js";
import { LiveScreen } from "./terminal/live-screen.js";
import { TransferProgress } from "./terminal/transfer-progress.js";

/**
 * What all commands share: `--verbose`, `--json` where a command declares it, and how failures are told. `run` returns
 * what `--json` prints; text goes out through `print` (standard output) and `tell` (standard error).
 */
export abstract class SpawnCommand extends Command {
  static override args = {};
  static override flags = {};
  static override baseFlags = {
    verbose: switchFlag({
      description: "with an error: where in the program it came from",
      helpGroup: "GLOBAL",
    }),
  };

  /** One JSON value a line, for commands that print many. */
  protected jsonLines = false;
  #context: Context | undefined;

  protected get context(): Context {
    this.#context ??= openContext(this.config.root);
    return this.#context;
  }

  /** Colours for standard output. */
  protected get palette(): Palette {
    return paletteOf(colorOf(process.stdout, process.env));
  }

  /** Colours for standard error. */
  protected get errorPalette(): Palette {
    return paletteOf(this.colorErrors);
  }

  protected get colorErrors(): boolean {
    return colorOf(process.stderr, process.env);
  }

  /** Results, for people: nothing with `--json`. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) process.stdout.write(`${text}\n`);
  }

  /** Progress, for people: nothing with `--json`. */
  protected progress(text: string): void {
    if (!this.jsonEnabled()) process.stderr.write(`${text}\n`);
  }

  /** A bar on a terminal, and nothing elsewhere. */
  protected transferProgress(what: string): TransferProgress {
    const isShown = liveOf(process.stderr, process.env) && !this.jsonEnabled();
    return new TransferProgress(
      what,
      isShown ? new LiveScreen(process.stderr) : undefined,
      this.errorPalette,
    );
  }

  /** Warnings and hints. */
  protected tell(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** One JSON value on a line of its own. */
  protected printJsonLine(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** The status with which the process will end, unless something fails first. */
  protected endWith(status: ExitStatus): void {
    if (status !== EXIT.done) process.exitCode = status;
  }

  /** `--format json` means the same as `--json`. */
  override jsonEnabled(): boolean {
    return super.jsonEnabled() || (this.ctor.enableJsonFlag && asksForJson(this.argv));
  }

  override logJson(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, undefined, this.jsonLines ? 0 : 2)}\n`);
  }

  protected override async catch(error: unknown): Promise<void> {
    const failure = describeFailure(error);
    if (failure === undefined) throw error;
    process.stderr.write(
      failureText(failure, this.errorPalette, { verbose: this.argv.includes("--verbose") }),
    );
    if (asksForJson(this.argv) || this.jsonEnabled()) this.logJson(failureJson(failure));
    process.exitCode = failure.status;
  }
}
