import type { Stats } from "node:fs";

/** What changes when a file does. */
export interface FileStamp {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the Unix epoch, with fractions. */
  readonly modifiedMs: number;
  /** The time of the last change of content, mode or name; nobody can set it back. */
  readonly changedMs: number;
  readonly inode: number;
}

/** A regular file that a pattern found; where it is a link, described is what it leads to. */
export interface FoundFile {
  /** Absolute, as found: links are not resolved. */
  readonly path: string;
  readonly stamp: FileStamp;
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
}

export function foundFile(path: string, stats: Stats): FoundFile {
  return { path, stamp: stampOf(stats), mode: stats.mode & 0o7777 };
}

function stampOf(stats: Stats): FileStamp {
  return { size: stats.size, modifiedMs: stats.mtimeMs, changedMs: stats.ctimeMs, inode: stats.ino };
}

export function sameStamp(left: FileStamp | undefined, right: FileStamp | undefined): boolean {
  return (
    left !== undefined &&
    right !== undefined &&
    left.size === right.size &&
    left.modifiedMs === right.modifiedMs &&
    left.changedMs === right.changedMs &&
    left.inode === right.inode
  );
}
