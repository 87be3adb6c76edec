import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { InstanceLayout } from "@spawn/attempt-runner";
import { AppendFile, writeAll } from "./append-file.js";

/** Where the journal lies: the segment in force, and those before it. */
export type JournalPaths = Pick<InstanceLayout, "journal" | "journalSegment">;

/**
 * Makes a segment that begins with `text`, and gives the one in force its number: then `putInForce` has only a name left
 * to move. Whatever cuts this short, the old segment is in force as before.
 *
 * @param number of the new segment, from 2
 */
export function prepareSegment(paths: JournalPaths, number: number, text: string): AppendFile {
  const next = nextSegmentPath(paths);
  const old = paths.journalSegment(number - 1);
  rmSync(next, { force: true });
  const fd = openSync(next, "ax", 0o600);
  try {
    const size = writeAll(fd, text);
    fsyncSync(fd);
    // A runner that died right here has left its own link to the same file.
    rmSync(old, { force: true });
    linkSync(paths.journal, old);
    syncToDisk(dirname(old));
    return new AppendFile(fd, size);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * Puts the prepared segment in force. Whatever cuts this short, either of the two is in force, and both say the same; once
 * it has returned, the new one stays.
 */
export function putInForce(paths: JournalPaths): void {
  renameSync(nextSegmentPath(paths), paths.journal);
  syncToDisk(dirname(paths.journal));
}

/** Forgets a segment that was not put in force. */
export function discardPrepared(paths: JournalPaths): void {
  rmSync(nextSegmentPath(paths), { force: true });
}

/** What a segment is called until it is whole. */
function nextSegmentPath(paths: JournalPaths): string {
  return `${paths.journal}.next`;
}

/** A file or a folder. */
export function syncToDisk(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
