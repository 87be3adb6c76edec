import { fsyncSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Clock, explainFileError } from "@spawn/foundation";
import { type DecodedJournal, decodeJournal, encodeHeader, type JournalRecord } from "@spawn/status-model";
import { AppendFile, writeAll } from "./append-file.js";
import { discardPrepared, type JournalPaths, syncToDisk } from "./journal-segment.js";
import { JournalWriter } from "./journal-writer.js";

export interface OpenJournal {
  readonly writer: JournalWriter;
  /** What the segment in force holds, oldest first: all that ever happened, or a snapshot of it and the rest. */
  readonly records: readonly JournalRecord[];
}

/**
 * Opens the journal for appending; makes it where there is none. A torn last line is cut off first, so that whole lines
 * alone are ever followed by others.
 *
 * @throws SpawnError `journal-damaged` when a complete record is damaged; `no-space`, `permission-denied`.
 */
export function openJournal(paths: JournalPaths, clock: Clock): OpenJournal {
  const path = paths.journal;
  try {
    const fd = openSync(path, "a+", 0o600);
    const decoded = decodeJournal(readFileSync(fd), path);
    const size = cleanEnd(fd, path, decoded);
    discardPrepared(paths);
    const { records, baseBytes, isNewer } = decoded;
    const writer = new JournalWriter(paths, clock, {
      file: new AppendFile(fd, size),
      seq: records.at(-1)?.seq ?? 0,
      segment: segmentOf(records),
      baseBytes,
      isUnderstood: !isNewer,
    });
    return { records, writer };
  } catch (error) {
    throw explainFileError(error, "cannot open the journal", path);
  }
}

/**
 * Leaves the header and whole records; returns their bytes. They are on the disk then, and so is the name of the segment:
 * the runner before may have died before it had seen to either.
 */
function cleanEnd(fd: number, path: string, { validBytes, tornBytes }: DecodedJournal): number {
  if (tornBytes > 0) ftruncateSync(fd, validBytes);
  const header = validBytes === 0 ? writeAll(fd, encodeHeader()) : 0;
  fsyncSync(fd);
  syncToDisk(dirname(path));
  return validBytes + header;
}

function segmentOf([first]: readonly JournalRecord[]): number {
  return first?.event.type === "snapshot" ? first.event.segment : 1;
}
