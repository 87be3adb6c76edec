import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ResultStore } from "../result-store.js";

/** A fresh, empty store, and how to take it away. `again` opens the same place as another process would. */
export interface StoreUnderTest {
  readonly store: ResultStore;
  again(): ResultStore;
  remove(): Promise<void>;
}

/** What every implementation of `ResultStore` must do. Run it in a test file of the implementation. */
export function resultStoreContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the result store's contract`, () => {
    let under: StoreUnderTest;
    let store: ResultStore;
    let scratch: string;
    beforeEach(async () => {
      under = await makeStore();
      store = under.store;
      scratch = mkdtempSync(join(tmpdir(), "spawn-store-contract-"));
    });
    afterEach(async () => {
      await under.remove();
      rmSync(scratch, { recursive: true });
    });
    const read = async (key: string): Promise<string | undefined> => textOf(await store.readBytes(key));
    const keysBelow = async (folder: string): Promise<string[]> => {
      const keys: string[] = [];
      for await (const object of store.list(folder)) keys.push(object.key);
      return keys.sort();
    };
    const file = (text: string | Uint8Array, as = "file"): string => {
      const path = join(scratch, as);
      writeFileSync(path, text);
      return path;
    };

    describe("objects", () => {
      test("are stored from bytes and files, described and read back", async () => {
        expect(await store.putBytes("q/a", bytesOf("one"))).toEqual({ size: 3, sha256: sha256("one") });
        expect(await store.putFile("q/b", file("two"))).toEqual({ size: 3, sha256: sha256("two") });
        expect([await read("q/a"), await read("q/b")]).toEqual(["one", "two"]);
        expect(textOf(await under.again().readBytes("q/b"))).toBe("two");
      });

      test("tell of their bytes as these get through, both ways", async () => {
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

      test("are created once: of many at once one succeeds, and its bytes stay", async () => {
        const others = [store, under.again(), store, under.again(), under.again()];
        const created = await Promise.all(
          others.map((one, index) => one.createBytes("q/.mark", bytesOf(`by ${index}`))),
        );
        expect(created.filter(Boolean)).toHaveLength(1);
        expect(await read("q/.mark")).toBe(`by ${created.indexOf(true)}`);
        expect(await store.createBytes("q/.mark", bytesOf("later"))).toBe(false);
        expect(await store.createBytes("q/other", bytesOf("1"))).toBe(true);
      });

      test("may be empty", async () => {
        const nothing = { size: 0, sha256: sha256("") };
        expect(await store.putBytes("q/a", new Uint8Array())).toEqual(nothing);
        expect(await store.putFile("q/b", file(""))).toEqual(nothing);
        expect(await store.getFile("q/b", join(scratch, "got"), { expect: nothing })).toEqual(nothing);
        expect([await read("q/a"), readFileSync(join(scratch, "got"), "utf8")]).toEqual(["", ""]);
      });

      test("of many megabytes go through files unchanged", async () => {
        const big = Buffer.alloc(8 * 1024 * 1024 + 17);
        for (let at = 0; at < big.length; at += 4096) big.writeUInt32LE(at, Math.min(at, big.length - 4));
        const stored = await store.putFile("q/big", file(big));
        expect(stored).toEqual({ size: big.length, sha256: sha256(big) });
        await store.getFile("q/big", join(scratch, "got"), { expect: stored });
        expect(readFileSync(join(scratch, "got")).equals(big)).toBe(true);
      });

      test("keep the exact key: unicode of either form, spaces, glob and option characters", async () => {
        const names = ["é", "e\u0301", "日本 語", "-rf *", "a+b&c=d%20", "🚀", "x[1]{2}?"];
        for (const [index, one] of names.entries())
          await store.putBytes(`q/r/${one}`, bytesOf(String(index)));
        expect(await keysBelow("q/r/")).toEqual(names.map((one) => `q/r/${one}`).sort());
        for (const [index, one] of names.entries()) expect(await read(`q/r/${one}`)).toBe(String(index));
      });

      test("that are not there are no error", async () => {
        expect(await store.readBytes("q/none")).toBeUndefined();
        expect(await store.getFile("q/none", join(scratch, "got"))).toBeUndefined();
        expect(await store.copy("q/none", "q/copy")).toBe(false);
        await store.remove("q/none");
        expect(await keysBelow("q/")).toEqual([]);
        expect(readdirSync(scratch)).toEqual([]);
      });

      test("are read in ranges, clipped to their end", async () => {
        await store.putBytes("q/a", bytesOf("0123456789"));
        const range = async (from?: number, to?: number): Promise<string | undefined> =>
          textOf(
            await store.readBytes("q/a", {
              ...(from !== undefined && { from }),
              ...(to !== undefined && { to }),
            }),
          );
        expect(await range(2, 5)).toBe("234");
        expect(await range(7)).toBe("789");
        expect(await range(undefined, 3)).toBe("012");
        expect([await range(8, 99), await range(10), await range(99, 120), await range(3, 3)]).toEqual([
          "89",
          "",
          "",
          "",
        ]);
      });

      test("are read from their end", async () => {
        await store.putBytes("q/a", bytesOf("0123456789"));
        expect(textOf(await store.readBytes("q/a", { last: 3 }))).toBe("789");
        expect(textOf(await store.readBytes("q/a", { last: 99 }))).toBe("0123456789");
        await store.putBytes("q/empty", bytesOf(""));
        expect(textOf(await store.readBytes("q/empty", { last: 3 }))).toBe("");
        expect(await store.readBytes("q/none", { last: 3 })).toBeUndefined();
      });

      test("are looked at again only where they have changed", async () => {
        expect(await store.readIfChanged("q/a")).toEqual({ kind: "none" });
        await store.putBytes("q/a", bytesOf("one"));
        const first = await store.readIfChanged("q/a");
        if (first.kind !== "changed") throw new Error(first.kind);
        expect(textOf(first.bytes)).toBe("one");
        expect(await store.readIfChanged("q/a", first.version)).toEqual({ kind: "unchanged" });
        await store.putBytes("q/a", bytesOf("two"));
        const second = await store.readIfChanged("q/a", first.version);
        if (second.kind !== "changed") throw new Error(second.kind);
        expect(textOf(second.bytes)).toBe("two");
        expect(second.modifiedMs).toBeGreaterThanOrEqual(first.modifiedMs);
        await store.remove("q/a");
        expect(await store.readIfChanged("q/a", second.version)).toEqual({ kind: "none" });
      });

      test("are replaced whole: a reader never sees half", async () => {
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
        await store.putBytes("q/log", bytesOf("an older, longer log"));
        await store.growFile("q/log", file("new"));
        expect(await read("q/log")).toBe("new");
      });

      test("starts from an empty object, and leaves other empty ones alone", async () => {
        await store.putBytes("q/a", new Uint8Array());
        await store.putBytes("q/b", new Uint8Array());
        await store.growFile("q/a", file("grown"));
        expect([await read("q/a"), await read("q/b")]).toEqual(["grown", ""]);
      });
    });

    describe("copying", () => {
      test("makes an object of its own, in place of what was there", async () => {
        await store.putBytes("q/old", bytesOf("old"));
        await store.putBytes("q/a", bytesOf("first"));
        expect(await store.copy("q/a", "q/old")).toBe(true);
        expect(await store.copy("q/a", "q/old")).toBe(true);
        await store.putBytes("q/a", bytesOf("second"));
        expect([await read("q/a"), await read("q/old")]).toEqual(["second", "first"]);
      });

      test("is not undone by growing either of the two", async () => {
        const log = file("one\n");
        await store.growFile("q/log", log);
        await store.copy("q/log", "q/copy");
        appendFileSync(log, "two\n");
        await store.growFile("q/log", log);
        expect([await read("q/log"), await read("q/copy")]).toEqual(["one\ntwo\n", "one\n"]);
      });
    });

    describe("listing and removing", () => {
      test("list names everything below a folder, with sizes, and nothing else", async () => {
        for (const key of ["q/a", "q/b/c", "q/b/.d", "q-2/a"]) await store.putBytes(key, bytesOf(key));
        expect(await keysBelow("q/")).toEqual(["q/a", "q/b/.d", "q/b/c"]);
        expect(await keysBelow("q/b/")).toEqual(["q/b/.d", "q/b/c"]);
        expect(await keysBelow("")).toEqual(["q-2/a", "q/a", "q/b/.d", "q/b/c"]);
        expect(await keysBelow("nothing/")).toEqual([]);
        for await (const object of store.list("q-2/")) {
          expect(object.size).toBe(5);
          expect(object.modifiedMs).toBeGreaterThan(0);
        }
      });

      test("remove takes one key, or a folder with all below, and no neighbour", async () => {
        for (const key of ["q/ab", "q/a/b", "q/a/c/d", "q/abc"]) await store.putBytes(key, bytesOf("x"));
        await store.remove("q/ab");
        expect(await keysBelow("q/")).toEqual(["q/a/b", "q/a/c/d", "q/abc"]);
        await store.remove("q/a/");
        expect(await keysBelow("q/")).toEqual(["q/abc"]);
      });

      test("what was a folder can become an object, once it is empty", async () => {
        await store.putBytes("q/out/a/b", bytesOf("x"));
        await store.remove("q/out/a/b");
        await store.putBytes("q/out", bytesOf("now an object"));
        expect(await read("q/out")).toBe("now an object");
      });
    });

    describe("claims", () => {
      test("of two at once exactly one wins", async () => {
        for (let round = 0; round < 10; round += 1) {
          const claims = [store, under.again(), store, under.again()].map((one) =>
            one.claimQueue(`queue-${round}`, { overwrite: false }),
          );
          expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
        }
      });

      test("fail where anything is stored, unless told to overwrite, which removes it", async () => {
        await store.putBytes("q/queue.json", bytesOf("{}"));
        await store.putBytes("q-2/queue.json", bytesOf("{}"));
        expect(await store.claimQueue("q", { overwrite: false })).toBe(false);
        expect(await store.claimQueue("q", { overwrite: true })).toBe(true);
        expect(await read("q/queue.json")).toBeUndefined();
        expect(await read("q-2/queue.json")).toBe("{}");
        expect(await store.claimQueue("q", { overwrite: false })).toBe(false);
      });

      test("are where locationOf says", () => {
        expect(store.location.endsWith("/")).toBe(true);
        expect(store.locationOf("q")).toBe(`${store.location}q/`);
      });
    });

    describe("fetching", () => {
      const content = "0123456789".repeat(20_000);
      const expected = { size: content.length, sha256: sha256(content) };

      test("refuses what does not match, and leaves nothing", async () => {
        await store.putBytes("q/a", bytesOf("tampered"));
        for (const wrong of [expected, { size: 8, sha256: sha256("original") }]) {
          await expect(store.getFile("q/a", join(scratch, "got"), { expect: wrong })).rejects.toMatchObject({
            code: "verification-failed",
          });
          expect(readdirSync(scratch)).toEqual([]);
        }
      });

      test("goes on where it stopped", async () => {
        await store.putBytes("q/a", bytesOf(content));
        const partial = file(content.slice(0, 150_000), "partial");
        expect(await store.getFile("q/a", join(scratch, "got"), { expect: expected, partial })).toEqual(
          expected,
        );
        expect(existsSync(partial)).toBe(false);
        expect(readFileSync(join(scratch, "got"), "utf8")).toBe(content);
      });

      test("starts anew where what was left is bad", async () => {
        await store.putBytes("q/a", bytesOf(content));
        for (const bad of ["bad beginning", `${content}and more`]) {
          const partial = file(bad, "partial");
          await store.getFile("q/a", join(scratch, "got"), { expect: expected, partial });
          expect(readFileSync(join(scratch, "got"), "utf8")).toBe(content);
        }
      });
    });

    test.each([
      "../a",
      "q/../../a",
      "q/..",
      "/etc/a",
      "",
      "q//a",
      "./q",
      "q/./a",
      "q/a\0b",
      "q\\..\\a",
      "q/a\nb",
      ".tmp/a",
      `q/${"x".repeat(256)}`,
      `q/${"x/".repeat(520)}x`,
    ])("refuses the key %j everywhere", async (key) => {
      const path = file("x");
      const refused = { code: "bad-arguments" };
      await expect(store.putBytes(key, bytesOf("x"))).rejects.toMatchObject(refused);
      await expect(store.putFile(key, path)).rejects.toMatchObject(refused);
      await expect(store.growFile(key, path)).rejects.toMatchObject(refused);
      await expect(store.readBytes(key)).rejects.toMatchObject(refused);
      await expect(store.getFile(key, join(scratch, "got"))).rejects.toMatchObject(refused);
      await expect(store.remove(key)).rejects.toMatchObject(refused);
      await expect(store.copy("q/a", key)).rejects.toMatchObject(refused);
      await expect(store.copy(key, "q/a")).rejects.toMatchObject(refused);
      if (key !== "") await expect(keysBelow(`${key}/`)).rejects.toMatchObject(refused);
    });
  });
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
