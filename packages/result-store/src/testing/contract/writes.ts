import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bytesOf, type Subject, sha256, textOf } from "./contract-subject.js";

/** Putting, growing and copying objects. */
export function writesContract(subject: () => Subject): void {
  describe("objects", () => {
    test("are stored from bytes and files, described and read back", async () => {
      const { store, under, read, file } = subject();
      expect(await store.putBytes("q/a", bytesOf("one"))).toEqual({ size: 3, sha256: sha256("one") });
      expect(await store.putFile("q/b", file("two"))).toEqual({ size: 3, sha256: sha256("two") });
      expect([await read("q/a"), await read("q/b")]).toEqual(["one", "two"]);
      expect(textOf(await under.again().readBytes("q/b"))).toBe("two");
    });

    test("tell of their bytes as these get through, both ways", async () => {
      const { store, scratch, file } = subject();
      for (const size of [0, 3, 9_000_000]) {
        const counts = { up: 0, bytes: 0, down: 0 };
        const path = file(Buffer.alloc(size, 7));
        const stored = await store.putFile("q/a", path, { onBytes: (bytes) => (counts.up += bytes) });
        await store.putBytes("q/b", bytesOf("one"), { onBytes: (bytes) => (counts.bytes += bytes) });
        const onBytes = (bytes: number): unknown => (counts.down += bytes);
        await store.getFile("q/a", join(scratch, "got"), { expect: stored, onBytes });
        expect(counts).toEqual({ up: size, bytes: 3, down: size });
      }
    });

    test("may be empty", async () => {
      const { store, scratch, read, file } = subject();
      const nothing = { size: 0, sha256: sha256("") };
      expect(await store.putBytes("q/a", new Uint8Array())).toEqual(nothing);
      expect(await store.putFile("q/b", file(""))).toEqual(nothing);
      expect(await store.getFile("q/b", join(scratch, "got"), { expect: nothing })).toEqual(nothing);
      expect([await read("q/a"), readFileSync(join(scratch, "got"), "utf8")]).toEqual(["", ""]);
    });

    test("of many megabytes go through files unchanged", async () => {
      const { store, scratch, file } = subject();
      const big = Buffer.alloc(8 * 1024 * 1024 + 17);
      for (let at = 0; at < big.length; at += 4096) big.writeUInt32LE(at, Math.min(at, big.length - 4));
      const stored = await store.putFile("q/big", file(big));
      expect(stored).toEqual({ size: big.length, sha256: sha256(big) });
      await store.getFile("q/big", join(scratch, "got"), { expect: stored });
      expect(readFileSync(join(scratch, "got")).equals(big)).toBe(true);
    });

    test("keep the exact key: unicode of either form, spaces, glob and option characters", async () => {
      const { store, read, keysBelow } = subject();
      const names = ["é", "e\u0301", "日本 語", "-rf *", "a+b&c=d%20", "🚀", "x[1]{2}?"];
      for (const [index, one] of names.entries()) await store.putBytes(`q/r/${one}`, bytesOf(String(index)));
      expect(await keysBelow("q/r/")).toEqual(names.map((one) => `q/r/${one}`).sort());
      for (const [index, one] of names.entries()) expect(await read(`q/r/${one}`)).toBe(String(index));
    });

    test("are replaced whole: a reader never sees half", async () => {
      const { store, under, file } = subject();
      const versions = ["a", "b"].map((letter) => letter.repeat(300_000));
      await store.putBytes("q/a", bytesOf(versions[0] ?? ""));
      let writing = true;
      const writer = (async () => {
        for (let round = 1; round <= 20; round += 1)
          await store.putFile("q/a", file(versions[round % 2] ?? "", "v"));
        writing = false;
      })();
      let reads = 0;
      do {
        expect(versions).toContain(await textOf(await under.again().readBytes("q/a")));
        reads += 1;
        await new Promise((resolve) => setImmediate(resolve));
      } while (writing);
      await writer;
      expect(reads).toBeGreaterThan(1);
    });
  });

  describe("growing", () => {
    test("follows a file, up to where it is asked to", async () => {
      const { store, read, file } = subject();
      const log = file("one\n");
      await store.growFile("q/log", log);
      expect(await read("q/log")).toBe("one\n");
      appendFileSync(log, "two\nthree\n");
      await store.growFile("q/log", log, { to: 8 });
      expect(await read("q/log")).toBe("one\ntwo\n");
      await store.growFile("q/log", log);
      await store.growFile("q/log", log);
      expect(await read("q/log")).toBe("one\ntwo\nthree\n");
    });

    test("replaces what is longer than asked for", async () => {
      const { store, read, file } = subject();
      await store.putBytes("q/log", bytesOf("an older, longer log"));
      await store.growFile("q/log", file("new"));
      expect(await read("q/log")).toBe("new");
    });

    test("starts from an empty object, and leaves other empty ones alone", async () => {
      const { store, read, file } = subject();
      await store.putBytes("q/a", new Uint8Array());
      await store.putBytes("q/b", new Uint8Array());
      await store.growFile("q/a", file("grown"));
      expect([await read("q/a"), await read("q/b")]).toEqual(["grown", ""]);
    });
  });

  describe("copying", () => {
    test("makes an object of its own, in place of what was there", async () => {
      const { store, read } = subject();
      await store.putBytes("q/old", bytesOf("old"));
      await store.putBytes("q/a", bytesOf("first"));
      expect(await store.copy("q/a", "q/old")).toBe(true);
      expect(await store.copy("q/a", "q/old")).toBe(true);
      await store.putBytes("q/a", bytesOf("second"));
      expect([await read("q/a"), await read("q/old")]).toEqual(["second", "first"]);
    });

    test("is not undone by growing either of the two", async () => {
      const { store, read, file } = subject();
      const log = file("one\n");
      await store.growFile("q/log", log);
      await store.copy("q/log", "q/copy");
      appendFileSync(log, "two\n");
      await store.growFile("q/log", log);
      expect([await read("q/log"), await read("q/copy")]).toEqual(["one\ntwo\n", "one\n"]);
    });
  });
}
