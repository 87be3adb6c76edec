import { Args, Flags } from "@oclif/core";
import { machineCapacity } from "@spawn/attempt-runner";
import type { Diagnostic } from "@spawn/config-schema";
import { SpawnCommand } from "../../base-command.js";
import { EXIT } from "../../exit-status.js";
import { describeShortages } from "../../launching/machine-room.js";
import { validSpec } from "../../launching/prepare-launch.js";
import { readQueueFile } from "../../launching/queue-file.js";
import { unsetVariableWarnings } from "../../launching/unset-variable-warnings.js";
import { warningsText } from "../../render/warnings-text.js";

export default class QueueValidate extends SpawnCommand {
  static override summary = "check a queue file; every problem is shown with its place";
  static override examples = ["<%= config.bin %> queue validate pipeline.json"];
  static override enableJsonFlag = true;
  static override args = {
    file: Args.string({ description: "the queue file; - is standard input", required: true }),
  };
  static override flags = {
    format: Flags.option({
      description: "text, or json as with --json",
      options: ["text", "json"] as const,
      default: "text",
    })(),
  };

  override async run(): Promise<object> {
    const { args } = await this.parse(QueueValidate);
    const source = readQueueFile(args.file, (name) => this.context.env[name] !== undefined);
    const { spec } = source;
    const unset = spec === undefined ? [] : unsetVariableWarnings(source, spec, this.context.env);
    const diagnostics = [...source.diagnostics, ...unset];
    if (this.jsonEnabled()) {
      if (spec === undefined) this.endWith(EXIT.badArguments);
      return {
        valid: spec !== undefined,
        jobs: spec?.jobs.length ?? null,
        problems: diagnostics.map(problemJson),
      };
    }
    const valid = validSpec(source, this.colorErrors);
    // The file is no worse for it: it may be meant for a larger machine.
    const machine = machineCapacity({ environment: this.context.env });
    for (const short of describeShortages(valid, machine))
      this.tell(`Does not fit on this machine: ${short}`);
    const warnings = warningsText(source, diagnostics, this.colorErrors);
    if (warnings !== "") this.tell(warnings);
    const { jobs } = valid;
    const counted = `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}`;
    this.print(`${this.palette.good("✓")} ${source.fileName} is valid: ${counted}`);
    return {};
  }
}

function problemJson(diagnostic: Diagnostic): object {
  const { severity, code, message, suggestion, line, column, length, path } = diagnostic;
  return { severity, code, message, suggestion: suggestion ?? null, line, column, length, path };
}
