import { Flags } from "@oclif/core";
import type { Ec2Instance } from "@spawn/aws-launcher";
import { PROVIDERS } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { type Instance, LocalQueue } from "@spawn/launcher";
import { type QueueStatus, wallTimeIn } from "@spawn/status-model";
import { EXIT } from "../exit-status.js";
import { durationFlag } from "../flags/duration-flag.js";
import { switchFlag } from "../flags/switch-flag.js";
import { parseTags } from "../flags/tags.js";
import { earlyWarnings } from "../launching/early-warnings.js";
import { type Ec2FlagValues, ec2Flags, refuseEc2Flags } from "../launching/ec2/ec2-flags.js";
import { type Ec2LaunchStep, launchOnEc2 } from "../launching/ec2/launch-on-ec2.js";
import { type PreparedEc2Launch, prepareEc2Launch } from "../launching/ec2/prepare-ec2-launch.js";
import { launchFlags, launchOptions } from "../launching/launch-flags.js";
import { type LaunchStep, launchQueue } from "../launching/launch-queue.js";
import { type LaunchOptions, type PreparedLaunch, prepareLaunch } from "../launching/prepare-launch.js";
import { chooseProvider, refusePlannedFlags } from "../launching/provider.js";
import { LaunchingCommand, type WaitFlagValues } from "../launching-command.js";
import { failureLog } from "../logs/failure-log.js";
import { unexpectedArguments } from "../parse-refusal.js";
import { openQueue } from "../queues/open-local-queue.js";
import { localReference } from "../queues/queue-reference.js";
import { referenceFor } from "../queues/resolve-reference.js";
import { detachedWords, exitStatusOfQueue, waitForQueue } from "../queues/wait-for-queue.js";
import { ec2LaunchJson } from "../render/ec2-launch-json.js";
import { ec2DryRun, ec2LaunchHeading, ec2LaunchReport } from "../render/ec2-launch-report.js";
import { wrapLine, wrapText } from "../render/fit-text.js";
import { launchJson } from "../render/launch-json.js";
import { launchHeading, launchReport, runtimeLine } from "../render/launch-report.js";
import { runSummary } from "../render/run-summary.js";
import { warningsText } from "../render/warnings-text.js";

export default class Launch extends LaunchingCommand {
  static override summary = "launch an instance that runs a queue, and return at once";
  static override description =
    "Checks the queue file, claims its queue id, makes an instance and starts the queue on it. The queue goes on when this terminal is closed.";
  static override examples = [
    "<%= config.bin %> launch --batch-queue pipeline.json --provider local",
    "<%= config.bin %> launch --batch-queue pipeline.json --provider local --name nightly --env API_KEY --wait",
    "<%= config.bin %> launch --batch-queue pipeline.json --instance-type t3.micro --ttl 30m",
    "<%= config.bin %> launch --batch-queue train.yaml --instance-type g5.xlarge,g4dn.xlarge --spot --on-demand-fallback --workdir .",
    "<%= config.bin %> launch --batch-queue pipeline.json --instance-type t3.micro --dry-run",
  ];
  static override enableJsonFlag = true;
  static override flags = {
    "batch-queue": Flags.string({
      description: "the queue file (JSON, JSON with comments, or YAML); - is standard input",
      helpValue: "FILE",
      required: true,
    }),
    provider: Flags.option({
      description:
        "where to run: on this machine or on EC2; default: SPAWN_PROVIDER or the settings, else ec2 where --instance-type is given",
      options: PROVIDERS,
    })(),
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
    ...ec2Flags,
  };

  override async run(): Promise<object> {
    refusePlannedFlags(this.argv);
    const { flags } = await this.parse(Launch);
    const { provider, why } = await chooseProvider(flags.provider, flags["instance-type"], () =>
      this.context.settings(),
    );
    const options = launchOptions(flags["batch-queue"], flags, parseTags("tags", flags.tags ?? []));
    if (provider === "ec2") return await this.launchOnEc2(options, flags);
    refuseEc2Flags(flags, why);
    const prepared = await prepareLaunch(this.context, options, this.colorErrors);
    this.warnOf(prepared);
    if (flags["dry-run"]) return await this.dryRun(prepared);

    const instance = await launchQueue(this.context, prepared, (step) => this.showStep(step, prepared));
    const store = await this.context.storeAt(instance.storeRoot);
    const resultsLocation = store.locationOf(instance.queueId);
    const { estimate } = prepared;
    const ref = await referenceFor(this.context, instance);
    this.print(`\n${launchReport({ instance, ref, estimate, resultsLocation }, this.palette)}`);
    if (prepared.spec.jobs.some(({ resources }) => resources?.memoryBytes !== undefined)) {
      const queue = new LocalQueue(instance.root, this.context.clock);
      for (const message of await earlyWarnings(queue)) this.tell(`⚠ ${message}`);
    }
    const status = flags.wait ? await this.wait(instance, ref, flags["wait-timeout"]) : undefined;
    return launchJson({ instance, estimate, resultsLocation, status, time: wallTimeIn().rfc3339 });
  }

  private async launchOnEc2(
    options: LaunchOptions,
    flags: Ec2FlagValues & WaitFlagValues & { readonly "dry-run": boolean | undefined },
  ): Promise<object> {
    const prepared = await prepareEc2Launch(this.context, options, flags, this.colorErrors);
    this.warnOf({ source: prepared.source, warnings: prepared.source.diagnostics });
    for (const warning of prepared.warnings) this.tell(wrapLine(`⚠ ${warning}`, process.stderr.columns));
    const time = wallTimeIn().rfc3339;
    const { price } = prepared;
    const { columns } = process.stdout;
    if (flags["dry-run"]) {
      this.print(wrapText(ec2DryRun(prepared), columns));
      return ec2LaunchJson(prepared, { price, time });
    }
    this.print(wrapText(ec2LaunchHeading(prepared), columns));
    this.progress(
      `\nProgress:\n  ${this.errorPalette.good("✓")} Checking queue file, account, instance type and quotas`,
    );
    const made = await launchOnEc2(this.context, prepared, (step) => this.showEc2Step(step));
    const { instance } = made;
    const ref = await referenceFor(this.context, instance);
    const paid = await this.priceOf(prepared, instance);
    const { ttlMs } = prepared.request;
    const { estimate } = prepared;
    const report = ec2LaunchReport({ instance, ref, ttlMs, estimate, price: paid }, this.palette);
    this.print(`\n${wrapText(report, columns)}`);
    const status = await this.waitOnEc2(prepared.access, made, flags);
    return ec2LaunchJson(prepared, { instance, price: paid, status, time });
  }

  /** Where another type, zone or market was taken than the first, it has another price. */
  private async priceOf({ access, planned, price }: PreparedEc2Launch, made: Ec2Instance) {
    const [first] = planned.plan.rungs;
    const { instanceType, market, zone } = made;
    const isFirst =
      first?.instanceType === instanceType &&
      first.market === market &&
      (market !== "spot" || first.zone === zone);
    return isFirst
      ? price
      : await access.prices().hourly({ region: access.region, instanceType, market, zone });
  }

  protected override showEc2Step(step: Ec2LaunchStep): void {
    super.showEc2Step(step);
    if (step.type === "claimed") this.tellOfTakenId(step);
  }

  private tellOfTakenId({ queueId, wanted }: { readonly queueId: string; readonly wanted: string }): void {
    if (queueId === wanted) return;
    const words = `  ${wanted} is taken: this run is ${queueId} (--queue-id and --overwrite choose otherwise)`;
    this.tell(wrapLine(words, process.stderr.columns));
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

  private warnOf({ source, warnings }: Pick<PreparedLaunch, "source" | "warnings">): void {
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
        this.tellOfTakenId(step);
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
