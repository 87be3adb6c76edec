import { SpawnError } from "@spawn/foundation";

/** Where a line of the journal begins. */
export interface LinePlace {
  /** From 1; the header is line 1. */
  readonly line: number;
  /** Bytes from the start of the journal. */
  readonly offset: number;
  /** Path or key of the segment, where it is known. */
  readonly source?: string | undefined;
}

/** The refusal of a journal that cannot be trusted from `place` on. */
export function journalDamaged(
  { line, offset, source }: LinePlace,
  problem: string,
  hint?: string,
): SpawnError {
  const bytes = source === undefined ? `byte ${offset}` : `byte ${offset} of ${source}`;
  return new SpawnError("journal-damaged", `The journal is damaged at line ${line} (${bytes}): ${problem}.`, {
    hint:
      hint ??
      `Keep a copy of ${source ?? "the journal"}, then cut it to its first ${offset} bytes and resume the queue: it goes on from the last record before the damage, and takes what ended since from the attempts' own files.`,
  });
}
