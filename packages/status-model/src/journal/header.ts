import { SpawnError } from "@spawn/foundation";
import { journalDamaged, type LinePlace } from "./damage.js";
import { openLine, sealLine } from "./seal.js";

/**
 * The version of the format written here. A newer minor may add event types and fields and is read; whatever changes the
 * meaning of what is there takes a new major, which is refused. A program with a new minor must begin a segment of its
 * own before it appends to one of an older minor: what is in a segment is known by its header.
 */
export const JOURNAL_VERSION = { major: 1, minor: 0 } as const;

const MAGIC = "spawn-queue";

/** The first line of a journal, newline included. */
export function encodeHeader(): string {
  return sealLine(JSON.stringify({ journal: MAGIC, ...JOURNAL_VERSION }));
}

/**
 * Accepts the header of a journal this program can read.
 *
 * @param line the bytes of the first line, without its newline
 * @param source path or key of the segment
 * @returns its minor version
 * @throws {SpawnError} `journal-damaged` for anything else
 */
export function readHeader(line: Buffer, source?: string): number {
  const place: LinePlace = { line: 1, offset: 0, source };
  const claimed = headerFields(line.toString("utf8"));
  if (claimed === undefined) throw journalDamaged(place, "the header is missing");
  // Said before the checksum is looked at, which another major may form in another way.
  if (claimed.major > JOURNAL_VERSION.major) {
    throw new SpawnError(
      "journal-damaged",
      `The journal at line 1 (byte 0) is of version ${claimed.major}.${claimed.minor}; this program reads ${JOURNAL_VERSION.major}.x.`,
      { hint: "Use the version of spawn that wrote it, or a newer one." },
    );
  }
  if (openLine(line) === undefined) throw journalDamaged(place, "the header's checksum does not fit");
  return claimed.minor;
}

function headerFields(text: string): { major: number; minor: number } | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof fields !== "object" || fields === null) return undefined;
  if (!("journal" in fields && "major" in fields && "minor" in fields)) return undefined;
  const { journal, major, minor } = fields;
  if (journal !== MAGIC || typeof major !== "number" || typeof minor !== "number") return undefined;
  return { major, minor };
}
