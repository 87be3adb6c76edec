import type { Connections } from "./connections.js";
import { isAbsent } from "./is-absent.js";
import { type OpenRange, openRangeOf } from "./open-range.js";
import { PART_BYTES } from "./parts.js";
import type { RangedSource } from "./ranged-source.js";
import { RangesAhead } from "./ranges-ahead.js";
import { awsFailureOf } from "./s3-errors.js";

/** Bytes that are asked for at once where other downloads use the connections, so that none is needed ahead. */
const LONG_RANGE_BYTES = 8 * PART_BYTES;
/** How often in a row a connection may be lost without a single byte. */
const MOST_STALLS = 4;

/**
 * The bytes of an object from `from` on, in order, as they come; while connections and memory are idle, ranges further on are
 * fetched meanwhile. All are of the version that the first one found. A connection that is lost is made anew where it was.
 * Bytes may be overwritten once the next ones are asked for.
 *
 * @returns `undefined` when there is no such object
 */
export async function openRanges(
  source: RangedSource,
  from: number,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const { client, object, size = Number.POSITIVE_INFINITY, connections, signal } = source;
  const isSmall = from === 0 && size <= PART_BYTES;
  const range = isSmall ? undefined : rangeHeader(from, Math.min(size, from + headBytes(connections)));
  try {
    return bytesFrom(source, await openRangeOf(client, object, { range, signal }), from);
  } catch (error) {
    if (await isAbsent(client, object, error)) return undefined;
    if (awsFailureOf(error).status === 416) return emptiness();
    throw error;
  }
}

async function* emptiness(): AsyncGenerator<Uint8Array> {}

function headBytes(connections: Connections): number {
  return connections.areIdle ? PART_BYTES : LONG_RANGE_BYTES;
}

async function* bytesFrom(source: RangedSource, first: OpenRange, from: number): AsyncGenerator<Uint8Array> {
  const { client, object, connections, signal } = source;
  const { size, etag } = first;
  const leave = connections.enter();
  const ahead = new RangesAhead(source, first);
  let head: OpenRange | undefined = first;
  let position = from;
  let stalls = 0;
  try {
    while (position < size) {
      const fetched = head === undefined ? await ahead.take(position) : undefined;
      if (fetched !== undefined) {
        yield fetched.bytes;
        position += fetched.bytes.length;
        fetched.give();
        ahead.fill(position);
        continue;
      }
      const end = Math.min(size, ahead.begin ?? size, position + headBytes(connections));
      head ??= await openRangeOf(client, object, { range: rangeHeader(position, end), etag, signal });
      ahead.fill(position + head.length);
      const before = position;
      try {
        for await (const chunk of head.body as AsyncIterable<Uint8Array>) {
          yield chunk;
          position += chunk.length;
        }
      } catch (error) {
        if (signal?.aborted === true || (position === before && stalls >= MOST_STALLS)) throw error;
      }
      stalls = position === before ? stalls + 1 : 0;
      if (stalls > MOST_STALLS) throw new Error(`S3 sends nothing of ${object.Key} from byte ${position} on`);
      head = undefined;
    }
  } finally {
    head?.body.destroy();
    ahead.drop();
    leave();
  }
}

/** @param end the byte after the last one */
function rangeHeader(from: number, end: number): string {
  return `bytes=${from}-${end - 1}`;
}
