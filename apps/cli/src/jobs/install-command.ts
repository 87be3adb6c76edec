import { join } from "node:path";
import { Flags } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";
import { switchFlag } from "../flags/switch-flag.js";
import { type PlannedUnit, planUnit, writeUnit } from "./install-unit.js";
import { JobQueueCommand } from "./job-queue-command.js";
import type { JobQueueFlagValues } from "./job-queue-flags.js";

/** Flags of every command that installs a service. */
export const installFlags = {
  system: switchFlag({
    description: "a service of the machine, in /etc/systemd/system; default: one of yours",
  }),
  "run-as": Flags.string({
    description: "with --system: as whom it runs; default: who calls sudo, else you",
    helpValue: "USER",
    dependsOn: ["system"],
  }),
  force: switchFlag({ description: "replace a service of the same name" }),
  "dry-run": switchFlag({ description: "print the unit, and write nothing" }),
};

export interface InstallFlagValues extends JobQueueFlagValues {
  readonly name: string;
  readonly system: boolean | undefined;
  readonly "run-as": string | undefined;
  readonly force: boolean | undefined;
  readonly "dry-run": boolean | undefined;
}

interface Installed {
  readonly path: string;
  readonly unit: string;
  readonly written: boolean;
}

/** What the commands share that install a service. */
export abstract class InstallCommand extends JobQueueCommand {
  /** @param words the command that the service runs, behind the program's name */
  protected install(
    flags: InstallFlagValues,
    description: string,
    words: readonly string[],
    stopSeconds: number,
  ): Installed {
    const { cwd, env } = this.context;
    const program = [process.execPath, join(this.config.root, "bin/run.js")];
    const planned = planUnit({
      ...{ name: flags.name, description, cwd, env, stopSeconds },
      command: [...program, ...words, ...this.placeWords(flags)],
      isSystem: flags.system ?? false,
      runAs: flags["run-as"],
    });
    if (flags["dry-run"]) {
      this.progress(`${planned.path}:`);
      this.print(planned.text.trimEnd());
      return { path: planned.path, unit: planned.text, written: false };
    }
    const written = writeUnit(planned, flags.force ?? false);
    this.print(written ? `✅ Wrote ${planned.path}` : `${planned.path} is there already.`);
    this.progress(nextSteps(planned));
    return { path: planned.path, unit: planned.text, written };
  }

  /** The job queue as the flags and the environment say it; the default one is left to be found by the service. */
  private placeWords(flags: JobQueueFlagValues): readonly string[] {
    const place = this.placeOf(flags);
    if (place.kind === "sqlite") return place.isDefault ? [] : ["--db", place.path];
    if (new URL(place.url).password !== "") {
      throw new SpawnError(
        "bad-arguments",
        "the address of the Redis has a password, which a unit would show",
        {
          hint: "Leave --redis out, and put SPAWN_JOBS_REDIS=… into the file that the unit names as EnvironmentFile (mode 0600).",
        },
      );
    }
    return ["--redis", place.url];
  }
}

function nextSteps({ next }: PlannedUnit): string {
  return ["To start it now and at each boot, and to see its log:", ...next.map((line) => `  ${line}`)].join(
    "\n",
  );
}
