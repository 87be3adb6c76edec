import { join, resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { loadQueueFile } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import {
  type DownloadEvent,
  type DownloadSummary,
  downloadQueue,
  queueKeys,
  type ResultStore,
} from "@spawn/result-store";
import type { QueueStatus } from "@spawn/status-model";
import { SpawnCommand } from "../../base-command.js";
import { EXIT } from "../../exit-status.js";
import { regionFlag } from "../../flags/region-flag.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { onInterrupt } from "../../interrupts.js";
import { jobNotFound } from "../../queues/known-job.js";
import { StoredStatus } from "../../queues/remote/stored-status.js";
import { REF_DESCRIPTION, resolveQueue } from "../../queues/resolve-reference.js";
import { storeOf } from "../../queues/store-of.js";
import { missingJobs } from "../../queues/unstored-jobs.js";
import { downloadJson } from "../../render/download-json.js";
import { downloadHeading, downloadReport } from "../../render/download-report.js";
import { shownFolder } from "../../render/shown-folder.js";
import type { TransferProgress } from "../../terminal/transfer-progress.js";

export default class QueueResults extends SpawnCommand {
  static override summary = "download the logs and results of a queue, verified";
  static override description =
    "Works while the queue runs as well: of a job that has not ended the logs and results so far are fetched, which are provisional: whole files each, as they were stored last. What is there already is kept; what was begun is continued. Files that an earlier download brought and the store has no more are removed, unless they were changed since.";
  static override examples = [
    "<%= config.bin %> queue results first-pipeline",
    "<%= config.bin %> queue results last --job train --output ./train-results/",
    "<%= config.bin %> queue results last --logs-only",
  ];
  static override enableJsonFlag = true;
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    output: Flags.string({
      char: "o",
      description: "folder for them; default: ./results/<queue-id>/",
      helpValue: "DIR",
    }),
    job: Flags.string({ description: "of this job only" }),
    "logs-only": switchFlag({ description: "logs and no result files", exclusive: ["no-logs"] }),
    "no-logs": switchFlag({ description: "result files and no logs" }),
    region: regionFlag(),
  };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(QueueResults);
    const reference = await resolveQueue(this.context, args.ref, { region: flags.region });
    const { queueId } = reference;
    const store = await storeOf(this.context, reference);
    const destination = shownFolder(flags.output ?? join("results", queueId));
    this.print(`${downloadHeading({ queueId, source: store.locationOf(queueId), destination })}\n`);

    const startedMs = performance.now();
    const summary = await this.download((onEvent, signal) =>
      downloadQueue({
        store,
        queueId,
        output: resolve(this.context.cwd, destination),
        job: flags.job,
        logs: flags["logs-only"] ? "only" : flags["no-logs"] ? "none" : "all",
        onEvent,
        signal,
      }).catch(async (error: unknown) => {
        if (!(error instanceof SpawnError && error.code === "job-not-found") || flags.job === undefined)
          throw error;
        const known = await jobOrder(store, queueId);
        // A job of the queue that has stored nothing yet is told of in the store's words.
        throw known.includes(flags.job) ? error : jobNotFound(queueId, known, flags.job);
      }),
    );
    const order = await jobOrder(store, queueId);
    const tookMs = performance.now() - startedMs;
    const status = await this.heardStatus(store, queueId);
    const states = new Map(status?.job_details.map((job) => [job.job_id, job.status]));
    this.print(downloadReport({ summary, destination, tookMs, order, states }, this.palette));
    const missing = flags.job === undefined ? this.tellMissing(status, summary) : [];
    const warnings = [...summary.warnings, ...missing];
    return downloadJson({
      queueId,
      source: store.locationOf(queueId),
      output: resolve(this.context.cwd, destination),
      summary: { ...summary, warnings },
      states,
    });
  }

  /** What the queue's runner said last. The download is worth having without it. */
  private async heardStatus(store: ResultStore, queueId: string): Promise<QueueStatus | undefined> {
    try {
      return (await new StoredStatus(store, queueId).read())?.status;
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      this.tell(`⚠ whether anything is missing is not known: ${error.message}`);
      return undefined;
    }
  }

  /** What was lost, or never came, does not look like a job without results. @returns what was told */
  private tellMissing(status: QueueStatus | undefined, { jobs }: DownloadSummary): readonly string[] {
    if (status === undefined) return [];
    const missing = missingJobs(status, new Set(jobs.map(({ job }) => job))).map(
      (job) => `${job} has run, and nothing of it is in the result store`,
    );
    for (const message of missing) this.tell(`⚠ ${message}`);
    if (missing.length > 0) this.endWith(EXIT.failed);
    return missing;
  }

  /** Shows how far a download is, and ends it at Ctrl-C; what was fetched stays, and the next one goes on from there. */
  private async download<T>(
    start: (onEvent: (event: DownloadEvent) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const leaving = new AbortController();
    const stopListening = onInterrupt(() => leaving.abort());
    const progress = this.transferProgress("Fetching");
    try {
      return await start((event) => this.showEvent(event, progress), leaving.signal);
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
      throw new SpawnError("interrupted", "the download was interrupted; what was fetched stays", {
        hint: "The same command goes on from there.",
        cause: error,
      });
    } finally {
      progress.end();
      stopListening();
    }
  }

  private showEvent(event: DownloadEvent, progress: TransferProgress): void {
    if (event.kind === "planned") progress.plan({ bytes: event.bytes, files: event.files });
    else if (event.kind === "bytes") progress.advance({ bytes: event.bytes });
    else if (event.kind === "file-done") progress.advance({ files: 1 });
    else if (event.kind === "warning") {
      progress.pause();
      this.tell(`⚠ ${event.message}`);
    }
  }
}

/** Job ids in the order of the queue file, as far as the store has it. */
async function jobOrder(store: ResultStore, queueId: string): Promise<readonly string[]> {
  const bytes = await store.readBytes(queueKeys(queueId).queueFile);
  if (bytes === undefined) return [];
  return loadQueueFile(bytes, { fileName: "queue.json" }).spec?.jobs.map(({ id }) => id) ?? [];
}
