import type { DrainLook } from "@spawn/aws-launcher";
import { formatDuration } from "@spawn/foundation";
import { type QueueStatus, queueStatusSchema } from "@spawn/status-model";

const SAYS_EVERY_MS = 15_000;

/** Says now and then what an instance that is to end is still at. */
export class DrainNarrator {
  readonly #say: (line: string) => void;
  #nextMs = SAYS_EVERY_MS;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  look({ waitedMs, heard }: DrainLook): void {
    if (waitedMs < this.#nextMs) return;
    this.#nextMs = waitedMs + SAYS_EVERY_MS;
    this.#say(`${formatDuration(Math.floor(waitedMs / 1000) * 1000)}: ${wordsOf(heard)}`);
  }
}

function wordsOf(text: DrainLook["heard"]): string {
  const heard = text === undefined ? undefined : statusIn(text);
  if (heard === undefined) return "nothing heard of it yet";
  const running = heard.job_details.filter(({ status }) => status === "running");
  if (running.length > 0) return `stopping ${running.map(({ job_id }) => job_id).join(", ")}`;
  const unstored = heard.job_details.flatMap(({ job_id, unstored: why }) =>
    why === undefined ? [] : [`${job_id}: ${why}`],
  );
  return unstored.length > 0 ? unstored.join("; ") : "storing what there is";
}

/** `undefined` for one that this version does not understand. */
function statusIn(text: string): QueueStatus | undefined {
  try {
    return queueStatusSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
