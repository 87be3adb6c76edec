import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkFolder, checkKey, jobKeys, queueKeys } from "./keys.js";

test("the keys of a queue are those of the layout", () => {
  const keys = queueKeys("nightly-1");
  expect([keys.folder, keys.queueFile, keys.status, keys.journal("000001.jsonl"), keys.claim]).toEqual([
    "nightly-1/",
    "nightly-1/queue.json",
    "nightly-1/status.json",
    "nightly-1/journal/000001.jsonl",
    "nightly-1/.claim",
  ]);
  expect([keys.requestsFolder, keys.workdir, keys.instance, keys.hostKeys]).toEqual([
    "nightly-1/requests/",
    "nightly-1/workdir.tar.gz",
    "nightly-1/instance.json",
    "nightly-1/host-keys.txt",
  ]);
});

test("the keys of a job are those of the layout", () => {
  const keys = jobKeys("q", "train");
  expect([keys.stdout, keys.stderr, keys.merged, keys.exitCode, keys.metadata, keys.manifest]).toEqual([
    "q/train/stdout.log",
    "q/train/stderr.log",
    "q/train/merged.log",
    "q/train/exit_code",
    "q/train/metadata.json",
    "q/train/manifest.json",
  ]);
  expect(keys.attempt(12)).toEqual({
    stdout: "q/train/attempts/12/stdout.log",
    stderr: "q/train/attempts/12/stderr.log",
    exitCode: "q/train/attempts/12/exit_code",
  });
  expect(keys.result("checkpoints/é 1.pth")).toBe("q/train/results/checkpoints/é 1.pth");
});

test.each(["", "../q", "a/b", ".hidden", "-x", "a".repeat(129), "a b"])("%j is no id", (id) => {
  expect(() => queueKeys(id)).toThrow(expect.objectContaining({ code: "bad-arguments" }));
  expect(() => jobKeys("q", id)).toThrow(expect.objectContaining({ code: "bad-arguments" }));
});

describe("the key of a result", () => {
  const name = fc
    .array(fc.string({ minLength: 1, maxLength: 300, unit: "binary" }), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.map((part) => part.replaceAll("/", "_").replaceAll("\0", "_")))
    .filter((parts) => parts.every((part) => part !== "." && part !== ".."))
    .map((parts) => parts.join("/"));

  test("is a valid key below results/ for every file name, and no other name has it", () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const keys = jobKeys("q", "j");
        expect(() => checkKey(keys.result(one))).not.toThrow();
        expect(keys.result(one).startsWith(keys.resultsFolder)).toBe(true);
        expect(keys.result(one) === keys.result(other)).toBe(one === other);
      }),
      { seed: 3, numRuns: process.env.SPAWN_LONG === "1" ? 20_000 : 500 },
    );
  });

  test("escapes what a key may not hold", () => {
    const { result } = jobKeys("q", "j");
    expect(result("a\nb\\c%d")).toBe("q/j/results/a%0Ab%5Cc%25d");
    expect(result("%0A")).not.toBe(result("\n"));
    expect(result("x".repeat(300))).toMatch(/^q\/j\/results\/%long\/[0-9a-f]{64}$/);
  });
});

test("a folder ends with a slash, or is everything", () => {
  for (const folder of ["", "a/", "a/b/"]) expect(() => checkFolder(folder)).not.toThrow();
  for (const folder of ["a", "/", "../", "a//"]) expect(() => checkFolder(folder)).toThrow();
});
