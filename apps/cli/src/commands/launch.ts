import { Flags } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import { type QueueStatus, wallTimeIn } from "@spawn/status-model";
import { SpawnCommand } from "../base-command.js";
import { EXIT } from "../exit-status.js";
import { durationFlag } from "../flags/duration-flag.js";
import { switchFlag } from "../flags/switch-flag.js";
import { parseTags } from "../flags/tags.js";
import { launchFlags, launchOptions } from "../launching/launch-flags.js";
import { type LaunchStep, launchQueue } from "../launching/launch-queue.js";
import { type PreparedLaunch, prepareLaunch } from "../launching/prepare-launch.js";
import { chooseProvider, refusePlannedFlags } from "../launching/provider.js";
import { failureLog } from "../logs/failure-log.js";
import { unexpectedArguments } from "../parse-refusal.js";
import { localReference } from "../queues/queue-reference.js";
import { openQueue } from "../queues/read-status.js";
import { referenceFor } from "../queues/resolve-reference.js";
import { detachedWords, exitStatusOfQueue, waitForQueue } from "../queues/wait-for-queue.js";
import { launchJson } from "../render/launch-json.js";
import { launchHeading, launchReport, runtimeLine } from "../render/launch-report.js";
import { runSummary } from "../render/run-summary.js";
import { warningsText } from "../render/warnings-text.js";

export default class Launch extends SpawnCommand {
  static override summary = "launch an instance that runs a queue, and return at once";
  static override description =
    "Checks the queue file, claims its queue id, makes an instance and starts the queue on it. The queue goes on when this terminal is closed.";
  static override examples = [
    "<%= config.bin %> launch --batch-queue pipeline.json --provider local",
    "<%= config.bin %> launch --batch-queue pipeline.json --provider local --name nightly --env API_KEY --wait",
    "<%= config.bin %> launch --batch-queue pipeline.json --provider local --dry-run",
  ];
  static override enableJsonFlag = true;
  static override flags = {
    "batch-queue": Flags.string({
      description: "the queue file (JSON, JSON with comments, or YAML); - is standard input",
      helpValue: "FILE",
      required: true,
    }),
    provider: Flags.string({
      description: "where to run: local is this machine; default: SPAWN_PROVIDER",
      helpValue: "local",
    }),
    ...launchFlags,
    tags: Flags.string({
      description: "tags of the instance",
      helpValue: "KEY=VALUE",
      multiple: true,
      delimiter: ",",
    }),
    wait: switchFlag({ description: "wait until the queue is over; its outcome is the exit status" }),
    "wait-timeout": durationFlag({
      description: "wait no longer than this (exit status 124)",
      dependsOn: ["wait"],
    }),
    "dry-run": switchFlag({
      description: "check everything and say what would be done; do nothing",
      exclusive: ["wait"],
    }),
  };

  override async run(): Promise<object> {
    refusePlannedFlags(this.argv);
    const { flags } = await this.parse(Launch);
    chooseProvider(flags.provider, this.context.env);
    const options = launchOptions(flags["batch-queue"], flags, parseTags("tags", flags.tags ?? []));
    const prepared = await prepareLaunch(this.context, options, this.colorErrors);
    this.warnOf(prepared);
    if (flags["dry-run"]) return await this.dryRun(prepared);

    const instance = await launchQueue(this.context, prepared, (step) => this.showStep(step, prepared));
    const store = await this.context.storeAt(instance.storeRoot);
    const resultsLocation = store.locationOf(instance.queueId);
    const { estimate } = prepared;
    const ref = await referenceFor(this.context, instance);
    this.print(`\n${launchReport({ instance, ref, estimate, resultsLocation }, this.palette)}`);
    const status = flags.wait ? await this.wait(instance, ref, flags["wait-timeout"]) : undefined;
    return launchJson({ instance, estimate, resultsLocation, status, time: wallTimeIn().rfc3339 });
  }

  /** Other commands take the queue file as it is: whoever gives it so here is told how. */
  protected override async catch(error: unknown): Promise<void> {
    const [file] = unexpectedArguments(error) ?? [];
    if (file === undefined) return super.catch(error);
    return super.catch(
      new SpawnError("bad-arguments", `unexpected argument: ${file}`, {
        hint: `Use --batch-queue ${file}`,
      }),
    );
  }

  private warnOf({ source, warnings }: PreparedLaunch): void {
    const text = warningsText(source, warnings, this.colorErrors);
    if (text !== "") this.tell(text);
  }

  private showStep(step: LaunchStep, prepared: PreparedLaunch): void {
    const done = this.errorPalette.good("✓");
    switch (step.type) {
      case "validated":
        this.print(launchHeading(prepared));
        this.progress(`\nProgress:\n  ${done} Validating queue configuration`);
        break;
      case "claimed":
        if (step.queueId !== step.wanted) {
          this.tell(
            `  ${step.wanted} is taken: this run is ${step.queueId} (--queue-id and --overwrite choose otherwise)`,
          );
        }
        this.progress(`  ${done} Claiming queue ID`);
        break;
      case "launched":
        this.progress(`  ${done} Launching instance\n  ${done} Starting queue execution`);
        break;
    }
  }

  private async wait(instance: Instance, ref: string, timeoutMs: number | undefined): Promise<QueueStatus> {
    const { queue } = await openQueue(this.context, instance);
    this.progress("\nWaiting for the queue to end; Ctrl-C stops waiting and leaves it running.");
    const end = await waitForQueue(queue, { ref, timeoutMs });
    const status = queue.status();
    if (end === "detached") {
      this.tell(detachedWords(ref));
      this.endWith(EXIT.interrupted);
    } else {
      const log = await failureLog(this.context, localReference(instance), status);
      this.print(`\n${runSummary({ status, ref, failureLog: log }, this.palette)}`);
      this.print(`\nTo fetch its results: ${this.palette.strong(`spawn queue results ${ref}`)}`);
      this.endWith(exitStatusOfQueue(status));
    }
    return status;
  }

  private async dryRun(prepared: PreparedLaunch): Promise<object> {
    const store = await this.context.storeAt(prepared.storeRoot);
    const resultsLocation = store.locationOf(prepared.queueId);
    const { estimate, queueId, spec, workingDirectory } = prepared;
    this.print(
      [
        "Dry run: nothing is made.",
        "",
        `Queue: ${queueId}`,
        `Jobs: ${spec.jobs.length}`,
        "Provider: local",
        `Working Directory: ${workingDirectory}`,
        `Results: ${resultsLocation}`,
        runtimeLine(estimate),
      ].join("\n"),
    );
    return launchJson({ queueId, estimate, resultsLocation });
  }
}
