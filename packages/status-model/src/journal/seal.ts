import { crc32 } from "node:zlib";

const CRC_FIELD = ',"crc":"';
const SEAL_LENGTH = CRC_FIELD.length + 8 + '"}'.length;

/**
 * Adds the checksum as the last field of a JSON object and ends the line: `{…}` becomes `{…,"crc":"0a1b2c3d"}⏎`.
 * The checksum is CRC-32 (zlib's) over the UTF-8 bytes of the line before `,"crc":"`, in eight lower-case hex digits.
 *
 * @param json what `JSON.stringify` gives for an object with at least one field
 */
export function sealLine(json: string): string {
  const sealed = json.slice(0, -1);
  return `${sealed}${CRC_FIELD}${hex(crc32(sealed))}"}\n`;
}

/**
 * The JSON text of a sealed line, its checksum taken off again.
 *
 * @param line the bytes of one line, without its newline
 * @returns `undefined` when the seal is missing or does not fit
 */
export function openLine(line: Buffer): string | undefined {
  const sealedBytes = line.length - SEAL_LENGTH;
  if (sealedBytes < 1) return undefined;
  const seal = line.toString("latin1", sealedBytes);
  if (seal !== `${CRC_FIELD}${hex(crc32(line.subarray(0, sealedBytes)))}"}`) return undefined;
  return `${line.toString("utf8", 0, sealedBytes)}}`;
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, "0");
}
