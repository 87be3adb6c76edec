import { expect, test } from "vitest";
import { decodeManifest, encodeManifest, type Manifest } from "./manifest.js";

const sha256 = "a".repeat(64);
const MANIFEST: Manifest = {
  schemaVersion: 1,
  job: "train",
  attempt: 2,
  files: [
    {
      path: "/models/a\n.pth",
      key: "q/train/results/a%0A.pth",
      name: "a\n.pth",
      ...{ size: 5, sha256, mode: "0644", modified: "2026-01-27T10:00:00.000Z" },
    },
  ],
  logs: [{ key: "q/train/stdout.log", size: 0, sha256 }],
  missing: [{ path: "/models/b.pth", reason: "the deadline passed" }],
};

/** The manifest with one member of its only file changed. */
function withFile(change: Readonly<Record<string, unknown>>): string {
  const [file] = MANIFEST.files;
  return JSON.stringify({ schema_version: 1, job: "train", attempt: 2, files: [{ ...file, ...change }] });
}

test("a manifest is read back as it was written", () => {
  expect(decodeManifest(encodeManifest(MANIFEST), "q/train/")).toEqual(MANIFEST);
  const empty = { ...MANIFEST, files: [], logs: [], missing: [] };
  expect(decodeManifest(encodeManifest(empty), "q/train/")).toEqual(empty);
});

test("its JSON has the spec's names", () => {
  const json: unknown = JSON.parse(encodeManifest(MANIFEST));
  expect(json).toMatchObject({ schema_version: 1, job: "train", attempt: 2, files: MANIFEST.files });
});

test.each([
  ["no JSON", "{"],
  ["a list", "[]"],
  ["another version", JSON.stringify({ schema_version: 2, job: "train", attempt: 1, files: [] })],
  ["no attempt", JSON.stringify({ schema_version: 1, job: "train", files: [] })],
  ["files that are no list", JSON.stringify({ schema_version: 1, job: "train", attempt: 1, files: {} })],
  ["a name that leads out", withFile({ name: "../../x" })],
  ["an absolute name", withFile({ name: "/x" })],
  ["a key of another job", withFile({ key: "q/other/results/x" })],
  ["a key outside results/", withFile({ key: "q/train/stdout.log" })],
  ["a key that leads out", withFile({ key: "q/train/results/../../other/x" })],
  ["a negative size", withFile({ size: -1 })],
  ["a short hash", withFile({ sha256: "abc" })],
  ["a setuid mode", withFile({ mode: "04755" })],
  [
    "a name twice",
    JSON.stringify({
      schema_version: 1,
      job: "t",
      attempt: 1,
      files: [MANIFEST.files[0], MANIFEST.files[0]],
    }),
  ],
])("%s is refused", (_what, text) => {
  expect(() => decodeManifest(text, "q/train/")).toThrow(
    expect.objectContaining({ code: "verification-failed" }),
  );
});
