import type { ProcessIdentity } from "@spawn/attempt-runner";

/** What is noted of a command before it is started, for who finds it when its worker is gone. */
export interface AttemptRecord {
  readonly schema_version: 1;
  readonly job_key: string;
  readonly number: number;
  readonly marker: string;
  readonly boot_id: string;
  readonly worker: { readonly pid: number; readonly start_ticks: number };
}

export function attemptRecord(
  { jobKey, number, marker }: { readonly jobKey: string; readonly number: number; readonly marker: string },
  worker: ProcessIdentity,
): AttemptRecord {
  return {
    schema_version: 1,
    job_key: jobKey,
    number,
    marker,
    boot_id: worker.bootId,
    worker: { pid: worker.pid, start_ticks: worker.startTicks },
  };
}

/** @returns `undefined` for a text that is no record: its writer was killed while it wrote. */
export function parseAttemptRecord(text: string): AttemptRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function workerOf({ worker, boot_id }: AttemptRecord): ProcessIdentity {
  return { pid: worker.pid, startTicks: worker.start_ticks, bootId: boot_id };
}

function isRecord(value: unknown): value is AttemptRecord {
  const field = (from: unknown, name: string): unknown =>
    typeof from === "object" && from !== null ? Reflect.get(from, name) : undefined;
  const worker = field(value, "worker");
  return (
    field(value, "schema_version") === 1 &&
    ["job_key", "marker", "boot_id"].every((name) => typeof field(value, name) === "string") &&
    Number.isSafeInteger(field(value, "number")) &&
    ["pid", "start_ticks"].every((name) => Number.isSafeInteger(field(worker, name)))
  );
}
