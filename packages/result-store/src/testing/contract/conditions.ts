import { appendFileSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesOf, type Subject } from "./contract-subject.js";

/** More than one call brings to S3. */
const LARGE_BYTES = 11_000_000;

/** Writing in place of what is known to be there, and of nothing else. */
export function conditionsContract(subject: () => Subject): void {
  describe("objects under a condition", () => {
    test("are created once: of many at once one succeeds, and its bytes stay", async () => {
      const { store, under, read } = subject();
      const others = [store, under.again(), store, under.again(), under.again()];
      const created = await Promise.all(
        others.map((one, index) => one.putIfUnchanged("q/.mark", bytesOf(`by ${index}`), undefined)),
      );
      const winners = created.filter((version) => version !== undefined);
      expect(winners).toHaveLength(1);
      expect(await read("q/.mark")).toBe(`by ${created.findIndex((version) => version !== undefined)}`);
      expect(await store.versionOf("q/.mark")).toBe(winners[0]);
      expect(await store.putIfUnchanged("q/.mark", bytesOf("later"), undefined)).toBeUndefined();
      expect(await store.putIfUnchanged("q/other", bytesOf("1"), undefined)).toBeDefined();
    });

    test("are replaced by who knows what is there, step by step, and by nobody else", async () => {
      const { store, under, read } = subject();
      const first = await store.putIfUnchanged("q/a", bytesOf("one"), undefined);
      const second = await store.putIfUnchanged("q/a", bytesOf("two"), first);
      expect(second).toBeDefined();
      const other = under.again();
      expect(await other.putIfUnchanged("q/a", bytesOf("stale"), first)).toBeUndefined();
      expect(await other.putIfUnchanged("q/a", bytesOf("new"), undefined)).toBeUndefined();
      expect(await read("q/a")).toBe("two");
      expect(await other.versionOf("q/a")).toBe(second);
      expect(await other.readIfChanged("q/a", second)).toEqual({ kind: "unchanged" });
      expect(await other.putIfUnchanged("q/a", bytesOf("three"), second)).toBeDefined();
      expect(await store.putIfUnchanged("q/a", bytesOf("stale"), second)).toBeUndefined();
      expect(await read("q/a")).toBe("three");
    });

    test("of many that know the same one is stored", async () => {
      const { store, under, read } = subject();
      let known = await store.putIfUnchanged("q/a", bytesOf("begin"), undefined);
      for (let round = 0; round < 5; round += 1) {
        const others = [store, under.again(), under.again(), store];
        const versions = await Promise.all(
          others.map((one, index) => one.putIfUnchanged("q/a", bytesOf(`${round} by ${index}`), known)),
        );
        const winner = versions.findIndex((version) => version !== undefined);
        expect(versions.filter((version) => version !== undefined)).toHaveLength(1);
        expect(await read("q/a")).toBe(`${round} by ${winner}`);
        known = versions[winner];
      }
    });

    test("that are not there any more are not made again", async () => {
      const { store, read } = subject();
      const known = await store.putIfUnchanged("q/a", bytesOf("one"), undefined);
      await store.remove("q/a");
      expect(await store.versionOf("q/a")).toBeUndefined();
      expect(await store.putIfUnchanged("q/a", bytesOf("two"), known)).toBeUndefined();
      expect(await read("q/a")).toBeUndefined();
    });

    test("are what they are after a put without any", async () => {
      const { store, read } = subject();
      const known = await store.putIfUnchanged("q/a", bytesOf("one"), undefined);
      await store.putBytes("q/a", bytesOf("two"));
      expect(await store.putIfUnchanged("q/a", bytesOf("three"), known)).toBeUndefined();
      expect(await store.putIfUnchanged("q/a", bytesOf("three"), await store.versionOf("q/a"))).toBeDefined();
      expect(await read("q/a")).toBe("three");
    });

    test("follow a file that grows", async () => {
      const { store, under, read, file } = subject();
      const log = file("one\n");
      const first = await store.growIfUnchanged("q/log", log, undefined);
      appendFileSync(log, "two\nthree\n");
      const second = await store.growIfUnchanged("q/log", log, first, { to: 8 });
      expect(await read("q/log")).toBe("one\ntwo\n");
      expect(await store.growIfUnchanged("q/log", log, second, { to: 8 })).toBe(second);
      expect(await under.again().growIfUnchanged("q/log", log, first)).toBeUndefined();
      expect(await read("q/log")).toBe("one\ntwo\n");
      const third = await store.growIfUnchanged("q/log", log, second);
      expect(await read("q/log")).toBe("one\ntwo\nthree\n");
      expect(await store.versionOf("q/log")).toBe(third);
    });

    test("that another has made longer are stored anew by who has looked, and not added to", async () => {
      const { store, under, read, file } = subject();
      const log = file("one\n");
      const first = await store.growIfUnchanged("q/log", log, undefined);
      const other = under.again();
      const theirs = await other.putIfUnchanged("q/log", bytesOf("one\nof another"), first);
      appendFileSync(log, "two\nthree\nfour\n");
      expect(await store.growIfUnchanged("q/log", log, first)).toBeUndefined();
      expect(await read("q/log")).toBe("one\nof another");
      expect(await store.growIfUnchanged("q/log", log, theirs)).toBeDefined();
      expect(await read("q/log")).toBe("one\ntwo\nthree\nfour\n");
    });

    test("of many megabytes are created, replaced and refused the same", async () => {
      const { store, under, file } = subject();
      const [one, two, stale] = [1, 2, 3].map((fill) =>
        file(Buffer.alloc(LARGE_BYTES, fill), `file-${fill}`),
      );
      if (one === undefined || two === undefined || stale === undefined) throw new Error("no files");
      const isThere = async (path: string): Promise<boolean> =>
        readFileSync(path).equals((await store.readBytes("q/big")) ?? Buffer.alloc(0));
      const first = await store.growIfUnchanged("q/big", one, undefined);
      const second = await store.growIfUnchanged("q/big", two, first);
      expect(second).toBeDefined();
      expect(await isThere(two)).toBe(true);
      expect(await store.versionOf("q/big")).toBe(second);
      const other = under.again();
      expect(await other.growIfUnchanged("q/big", stale, first)).toBeUndefined();
      expect(await other.growIfUnchanged("q/big", stale, undefined)).toBeUndefined();
      expect(await isThere(two)).toBe(true);
    });

    test("are broken off by their signal", async () => {
      const { store, read } = subject();
      const signal = AbortSignal.abort();
      await expect(store.putIfUnchanged("q/a", bytesOf("x"), undefined, { signal })).rejects.toThrow();
      expect(await read("q/a")).toBeUndefined();
    });
  });
}
