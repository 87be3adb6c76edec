import { createHash } from "node:crypto";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { receiveFile } from "./receive-file.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-receive-"));
  path = join(folder, "got");
});
afterEach(() => rmSync(folder, { recursive: true }));

const describeBytes = (bytes: Buffer) => ({
  size: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});
const big = Buffer.alloc(200_000, "big");

/** The bytes from `from` in pieces; after `failAfter` pieces the connection breaks. */
function source(bytes: Buffer, failAfter = Number.POSITIVE_INFINITY) {
  const asked: number[] = [];
  const open = async (from: number) => {
    asked.push(from);
    return (async function* () {
      let pieces = 0;
      for (let at = from; at < bytes.length; at += 50_000) {
        if (pieces === failAfter) throw new Error("connection lost");
        pieces += 1;
        yield bytes.subarray(at, at + 50_000);
      }
    })();
  };
  return { asked, open };
}

describe("a large file", () => {
  test("that broke off is continued from where it stopped", async () => {
    const expected = describeBytes(big);
    await expect(receiveFile("q/a", path, { expect: expected }, source(big, 3).open)).rejects.toThrow(
      "connection lost",
    );
    expect(readdirSync(folder)).toHaveLength(1);
    const { asked, open } = source(big);
    expect(await receiveFile("q/a", path, { expect: expected }, open)).toEqual(expected);
    expect(asked).toEqual([150_000]);
    expect(readdirSync(folder)).toEqual(["got"]);
    expect(readFileSync(path).equals(big)).toBe(true);
  });

  test("of unknown content is not continued, and leaves nothing when it breaks off", async () => {
    await expect(receiveFile("q/a", path, {}, source(big, 2).open)).rejects.toThrow("connection lost");
    expect(readdirSync(folder)).toEqual([]);
    expect(await receiveFile("q/a", path, {}, source(big).open)).toEqual(describeBytes(big));
  });

  test("stops when told to, with the reason, and can be continued", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const { open } = source(big);
    const stopping = async (from: number) => {
      stop.abort(reason);
      return open(from);
    };
    const options = { expect: describeBytes(big), signal: stop.signal };
    await expect(receiveFile("q/a", path, options, stopping)).rejects.toBe(reason);
    expect(await receiveFile("q/a", path, { expect: options.expect }, open)).toEqual(options.expect);
  });
});

test.each([100, 200_000])("an object larger than its %i bytes is not taken in whole", async (size) => {
  const endless = async () =>
    (function* () {
      for (;;) yield Buffer.alloc(50_000);
    })();
  const expected = { size, sha256: "0".repeat(64) };
  await expect(receiveFile("q/a", path, { expect: expected }, endless)).rejects.toMatchObject({
    code: "verification-failed",
    message: `q/a is damaged: it has more than ${size} bytes`,
  });
  expect(readdirSync(folder)).toEqual([]);
});

test.each(["tiny", big.toString()])(
  "a link in place of the temporary file is not followed (%#)",
  async (text) => {
    const victim = join(folder, "victim");
    writeFileSync(victim, "");
    symlinkSync(victim, join(folder, "partial"));
    const bytes = Buffer.from(text);
    const options = { expect: describeBytes(bytes), partial: join(folder, "partial") };
    await receiveFile("q/a", path, options, source(bytes).open).catch(() => {});
    expect(statSync(victim).size).toBe(0);
  },
);
