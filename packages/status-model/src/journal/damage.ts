import { SpawnError } from "@spawn/foundation";

/** Where a line of the journal begins. */
export interface LinePlace {
  /** From 1; the header is line 1. */
  readonly line: number;
  /** Bytes from the start of the journal. */
  readonly offset: number;
}

/** The refusal of a journal that cannot be trusted from `place` on. */
export function journalDamaged(place: LinePlace, problem: string, hint?: string): SpawnError {
  return new SpawnError(
    "journal-damaged",
    `The journal is damaged at line ${place.line} (byte ${place.offset}): ${problem}.`,
    {
      hint:
        hint ??
        `Keep a copy of the journal, then cut it to its first ${place.offset} bytes to go on from the last record before the damage.`,
    },
  );
}
