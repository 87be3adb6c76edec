import type { DiagnosticCode } from "../diagnostics/diagnostic.js";
import { loadQueueFile } from "../spec/load-queue-file.js";

/** The codes of what is wrong with a file, in its order. */
export function codesOf(content: string | Uint8Array): readonly DiagnosticCode[] {
  return loadQueueFile(content, { fileName: "queue.json" }).diagnostics.map(({ code }) => code);
}

/** A queue file with one job of these keys. */
export function fileWithJob(job: object, queue: object = {}): string {
  return JSON.stringify({ jobs: [{ job_id: "a", command: "true", ...job }], ...queue });
}
