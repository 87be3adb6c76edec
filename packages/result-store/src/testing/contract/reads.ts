import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bytesOf, type Subject, sha256, textOf } from "./contract-subject.js";

/** Reading and fetching objects. */
export function readsContract(subject: () => Subject): void {
  describe("objects", () => {
    test("that are not there are no error", async () => {
      const { store, scratch, keysBelow } = subject();
      expect(await store.readBytes("q/none")).toBeUndefined();
      expect(await store.getFile("q/none", join(scratch, "got"))).toBeUndefined();
      expect(await store.copy("q/none", "q/copy")).toBe(false);
      await store.remove("q/none");
      expect(await keysBelow("q/")).toEqual([]);
      expect(readdirSync(scratch)).toEqual([]);
    });

    test("are read in ranges, clipped to their end", async () => {
      const { store } = subject();
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
      const { store } = subject();
      await store.putBytes("q/a", bytesOf("0123456789"));
      expect(textOf(await store.readBytes("q/a", { last: 3 }))).toBe("789");
      expect(textOf(await store.readBytes("q/a", { last: 99 }))).toBe("0123456789");
      await store.putBytes("q/empty", bytesOf(""));
      expect(textOf(await store.readBytes("q/empty", { last: 3 }))).toBe("");
      expect(await store.readBytes("q/none", { last: 3 })).toBeUndefined();
    });

    test("are looked at again only where they have changed", async () => {
      const { store } = subject();
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
  });

  describe("fetching", () => {
    const content = "0123456789".repeat(20_000);
    const expected = { size: content.length, sha256: sha256(content) };

    test("refuses what does not match, and leaves nothing", async () => {
      const { store, scratch } = subject();
      await store.putBytes("q/a", bytesOf("tampered"));
      for (const wrong of [expected, { size: 8, sha256: sha256("original") }]) {
        await expect(store.getFile("q/a", join(scratch, "got"), { expect: wrong })).rejects.toMatchObject({
          code: "verification-failed",
        });
        expect(readdirSync(scratch)).toEqual([]);
      }
    });

    test("goes on where it stopped", async () => {
      const { store, scratch, file } = subject();
      await store.putBytes("q/a", bytesOf(content));
      const partial = file(content.slice(0, 150_000), "partial");
      expect(await store.getFile("q/a", join(scratch, "got"), { expect: expected, partial })).toEqual(
        expected,
      );
      expect(existsSync(partial)).toBe(false);
      expect(readFileSync(join(scratch, "got"), "utf8")).toBe(content);
    });

    test("starts anew where what was left is bad", async () => {
      const { store, scratch, file } = subject();
      await store.putBytes("q/a", bytesOf(content));
      for (const bad of ["bad beginning", `${content}and more`]) {
        const partial = file(bad, "partial");
        await store.getFile("q/a", join(scratch, "got"), { expect: expected, partial });
        expect(readFileSync(join(scratch, "got"), "utf8")).toBe(content);
      }
    });
  });
}
