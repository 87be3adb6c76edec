import { CliRig } from "../cli-rig.js";
import type { CommandResult } from "../running-command.js";
import type { LabRig } from "./lab-rig.js";
import { labRunner } from "./lab-runner.js";

const HOUR_MS = 3_600_000;
/** For what only time makes old: as seen by a command that is given it, the wall clock is an hour ahead. */
export const AN_HOUR_LATER = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    `const now = Date.now; Date.now = () => now() + ${HOUR_MS};`,
  )}`,
};

type Variables = Readonly<Record<string, string | undefined>>;

/** Somebody with the built command line, a home of their own and a lab for AWS. */
export class LabCli extends CliRig {
  readonly #lab: LabRig;

  constructor(lab: LabRig) {
    super();
    this.#lab = lab;
  }

  override get env(): Variables {
    return { ...super.env, ...this.#lab.environment, SPAWN_RUNNER: labRunner() };
  }

  /** What it prints on stdout. @throws Error when it ends with another code */
  async ok(args: readonly string[], { code = 0, env = {} as Variables } = {}): Promise<string> {
    const result = await this.run(args, { env });
    if (result.code !== code) throw new Error(failed(args, result, this.#lab));
    return result.stdout;
  }
}

function failed(args: readonly string[], { code, stdout, stderr }: CommandResult, lab: LabRig): string {
  return `spawn ${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}\n${lab.describe()}`;
}
