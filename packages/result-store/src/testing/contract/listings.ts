import { describe, expect, test } from "vitest";
import { bytesOf, type Subject } from "./contract-subject.js";

/** What is there, and whose it is. */
export function listingsContract(subject: () => Subject): void {
  describe("listing and removing", () => {
    test("list names everything below a folder, with sizes, and nothing else", async () => {
      const { store, keysBelow } = subject();
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
      const { store, keysBelow } = subject();
      for (const key of ["q/ab", "q/a/b", "q/a/c/d", "q/abc"]) await store.putBytes(key, bytesOf("x"));
      await store.remove("q/ab");
      expect(await keysBelow("q/")).toEqual(["q/a/b", "q/a/c/d", "q/abc"]);
      await store.remove("q/a/");
      expect(await keysBelow("q/")).toEqual(["q/abc"]);
    });

    test("what was a folder can become an object, once it is empty", async () => {
      const { store, read } = subject();
      await store.putBytes("q/out/a/b", bytesOf("x"));
      await store.remove("q/out/a/b");
      await store.putBytes("q/out", bytesOf("now an object"));
      expect(await read("q/out")).toBe("now an object");
    });
  });

  describe("claims", () => {
    test("of two at once exactly one wins", async () => {
      const { store, under } = subject();
      for (let round = 0; round < 10; round += 1) {
        const claims = [store, under.again(), store, under.again()].map((one) =>
          one.claimQueue(`queue-${round}`, { overwrite: false }),
        );
        expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
      }
    });

    test("fail where anything is stored, unless told to overwrite, which removes it", async () => {
      const { store, read } = subject();
      await store.putBytes("q/queue.json", bytesOf("{}"));
      await store.putBytes("q-2/queue.json", bytesOf("{}"));
      expect(await store.claimQueue("q", { overwrite: false })).toBe(false);
      expect(await store.claimQueue("q", { overwrite: true })).toBe(true);
      expect(await read("q/queue.json")).toBeUndefined();
      expect(await read("q-2/queue.json")).toBe("{}");
      expect(await store.claimQueue("q", { overwrite: false })).toBe(false);
    });

    test("are where locationOf says", () => {
      const { store } = subject();
      expect(store.location.endsWith("/")).toBe(true);
      expect(store.locationOf("q")).toBe(`${store.location}q/`);
    });
  });
}
