import { Flags } from "@oclif/core";
import { formatExactDuration } from "@spawn/foundation";
import { InstallCommand, installFlags } from "../../jobs/install-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";
import { workerFlags } from "../../jobs/worker-flags.js";

const DEFAULT_GRACE_MS = 30_000;

/** Beyond the grace: what runs gets TERM, and KILL ten seconds later, and is handed back. */
const HAND_BACK_SECONDS = 30;

export default class WorkerInstall extends InstallCommand {
  static override summary = "make a worker a service of systemd";
  static override description =
    "It writes the unit and says how to start it. Variables with secrets belong into the file that the unit names as EnvironmentFile.";
  static override examples = [
    "<%= config.bin %> worker install --dry-run",
    "<%= config.bin %> worker install --max-concurrent 2",
    "sudo <%= config.bin %> worker install --system --db /var/lib/spawn/jobs.db",
  ];
  static override enableJsonFlag = true;
  static override flags = {
    name: Flags.string({
      description: "name of the service",
      default: "spawn-worker",
    }),
    ...installFlags,
    ...workerFlags,
    ...jobQueueFlags,
  };

  override async run(): Promise<object> {
    const { flags } = await this.parse(WorkerInstall);
    const poll = flags["poll-interval"];
    const { grace, retention } = flags;
    const words = [
      "worker",
      ...(flags["worker-id"] === undefined ? [] : ["--worker-id", flags["worker-id"]]),
      ...(poll === undefined ? [] : ["--poll-interval", formatExactDuration(poll)]),
      ...(flags["max-concurrent"] === 1 ? [] : ["--max-concurrent", String(flags["max-concurrent"])]),
      ...(grace === undefined ? [] : ["--grace", formatExactDuration(grace)]),
      ...(retention === undefined ? [] : ["--retention", retentionWords(retention)]),
      ...(flags["no-scheduler"] ? ["--no-scheduler"] : []),
    ];
    const stopSeconds = Math.ceil((grace ?? DEFAULT_GRACE_MS) / 1000) + HAND_BACK_SECONDS;
    return this.install(flags, "spawn: worker of the job queue", words, stopSeconds);
  }
}

function retentionWords(ms: number): string {
  return Number.isFinite(ms) ? formatExactDuration(ms) : "None";
}
