import type { DownloadSummary } from "@spawn/result-store";
import type { JobStatus } from "@spawn/status-model";
import { describe, expect, it } from "vitest";
import { downloadHeading, downloadReport } from "./download-report.js";
import { paletteOf } from "./palette.js";

const MB = 1_000_000;
const plain = paletteOf(false);

const summary: DownloadSummary = {
  jobs: [
    {
      job: "export",
      provisional: false,
      bytes: 69_000,
      files: [
        { name: "exit_code", kind: "meta", bytes: 2 },
        { name: "stdout.log", kind: "log", bytes: 67_000 },
        { name: "stderr.log", kind: "log", bytes: 2_000 },
      ],
    },
    {
      job: "train",
      provisional: false,
      bytes: 256_904_000,
      files: [
        { name: "metadata.json", kind: "meta", bytes: 900 },
        { name: "stdout.log", kind: "log", bytes: 892_000 },
        { name: "stderr.log", kind: "log", bytes: 12_000 },
        { name: "checkpoints/1.pth", kind: "result", bytes: 5 * MB },
        { name: "checkpoints/2.pth", kind: "result", bytes: 6 * MB },
        { name: "model.pth", kind: "result", bytes: 245 * MB },
      ],
    },
  ],
  totalBytes: 256_973_902,
  skipped: 0,
  removed: [],
  kept: [],
  warnings: [],
};

const states = new Map([
  ["export", "completed" as const],
  ["train", "completed" as const],
]);

describe("downloadReport", () => {
  it("marks each job by what became of it, and what nothing vouches for", () => {
    const jobs = summary.jobs.map((job) => ({ ...job, provisional: job.job === "train" }));
    const input = { summary: { ...summary, jobs }, destination: "/out/", tookMs: 1_000, order: ["train"] };
    const report = (train: JobStatus["status"]) =>
      downloadReport({ ...input, states: new Map([["train", train]]) }, plain);
    expect(report("pending")).toContain("  ⏸ train (256 MB), pending\n");
    expect(report("pending")).toContain("└─ results/ (provisional)\n");
    expect(report("failed")).toContain("  ✗ train (256 MB), failed\n");
    expect(report("cancelled")).toContain("  ⊗ train (256 MB), cancelled\n");
    expect(report("running")).toContain("  ▶ train (256 MB), running\n");
    expect(report("running"), "nothing is known of it").toContain("  · export (69 KB)\n");
  });

  it("shows every job as the reference does, in the order of the queue file", () => {
    const destination = "./results/queue-20260127-140532/";
    const report = downloadReport(
      { summary, destination, tookMs: 45_200, order: ["train", "export"], states },
      plain,
    );
    expect(`\n${report}\n`).toBe(`
Jobs:
  ✓ train (256 MB)
    ├─ stdout.log (892 KB)
    ├─ stderr.log (12 KB)
    └─ results/
        ├─ checkpoints/ (11 MB)
        └─ model.pth (245 MB)

  ✓ export (69 KB)
    ├─ stdout.log (67 KB)
    └─ stderr.log (2 KB)

Total downloaded: 256 MB
Time: 45 seconds

Results saved to: ./results/queue-20260127-140532/
`);
  });

  it("says what was there already", () => {
    const report = downloadReport(
      { summary: { ...summary, skipped: 3 }, destination: "/out/", tookMs: 90_000, order: [], states },
      plain,
    );
    expect(report).toContain("Total downloaded: 256 MB (3 files were there already)\nTime: 1m 30s");
  });
});

describe("downloadHeading", () => {
  it("says from where and to where", () => {
    expect(downloadHeading({ queueId: "q", source: "s3://bucket/q/", destination: "./results/q/" })).toBe(
      "Downloading results for queue: q\n\nSource: s3://bucket/q/\nDestination: ./results/q/",
    );
  });

  it("claims no results where nothing is stored", () => {
    const nothing = { ...summary, jobs: [], totalBytes: 0 };
    const text = downloadReport(
      { summary: nothing, destination: "./r/", tookMs: 1, order: ["train"], states: new Map() },
      plain,
    );
    expect(text).toBe("No job of this queue has anything in the result store.");
  });
});
