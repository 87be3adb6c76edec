import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@spawn/foundation";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resultStoreContract } from "../testing/index.js";
import { folderStore } from "./folder-store.js";

resultStoreContract("the folder store", async () => {
  const root = mkdtempSync(join(tmpdir(), "spawn-folder-store-"));
  return {
    store: folderStore(root),
    again: () => folderStore(root),
    remove: async () => rmSync(root, { recursive: true }),
  };
});

let top: string;
let root: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "spawn-folder-store-"));
  root = join(top, "store");
});
afterEach(() => rmSync(top, { recursive: true }));

const bytes = (text: string): Uint8Array => Buffer.from(text);
const inode = (key: string): number => statSync(join(root, key)).ino;
const temporaryFiles = (): string[] => readdirSync(join(root, ".tmp"));

describe("the folder", () => {
  test("is its owner's alone", async () => {
    const store = folderStore(root);
    await store.putBytes("q/job/a", bytes("x"));
    await store.claimQueue("q2", { overwrite: false });
    const modes = ["", "q", "q/job", "q/job/a", "q2", "q2/.claim"].map(
      (key) => statSync(join(root, key)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o700, 0o600, 0o700, 0o600]);
  });

  test("holds a copy, and every empty object, as one more name of the same file", async () => {
    const store = folderStore(root);
    await store.putBytes("q/a", bytes("x"));
    await store.copy("q/a", "q/b");
    await store.putBytes("q/c", bytes(""));
    await store.putBytes("q/d", bytes(""));
    expect([inode("q/b"), inode("q/d")]).toEqual([inode("q/a"), inode("q/c")]);
  });

  test("grows a log in place", async () => {
    const store = folderStore(root);
    const log = join(top, "log");
    writeFileSync(log, "one\n");
    await store.growFile("q/log", log);
    const before = inode("q/log");
    appendFileSync(log, "two\n");
    await store.growFile("q/log", log);
    expect([inode("q/log"), readFileSync(join(root, "q/log"), "utf8")]).toEqual([before, "one\ntwo\n"]);
  });

  test("may be put into by one, emptied by another at once", async () => {
    const [one, other] = [folderStore(root), folderStore(root)];
    for (let round = 0; round < 50; round += 1) {
      await one.putBytes("q/deep/er/a", bytes("x"));
      await Promise.all([other.remove("q/deep/er/a"), one.putBytes("q/deep/er/b", bytes("y"))]);
      expect(Buffer.from((await one.readBytes("q/deep/er/b")) ?? "").toString()).toBe("y");
      await other.remove("q/");
    }
  });
});

describe("temporary files", () => {
  test("that a dead writer left are removed after a day, by the next writer", async () => {
    const clock = new FakeClock();
    mkdirSync(join(root, ".tmp"), { recursive: true });
    for (const [name, ageHours] of [
      ["old", 25],
      ["young", 23],
    ] as const) {
      writeFileSync(join(root, ".tmp", name), "x");
      const seconds = clock.wallMs() / 1000 - ageHours * 3600;
      utimesSync(join(root, ".tmp", name), seconds, seconds);
    }
    const store = folderStore(root, { clock });
    await store.putBytes("q/a", bytes("x"));
    expect(temporaryFiles()).toEqual(["young"]);
    const keys: string[] = [];
    for await (const { key } of store.list("")) keys.push(key);
    expect(keys).toEqual(["q/a"]);
  });

  test("are gone when a put is given up", async () => {
    const store = folderStore(root);
    const path = join(top, "big");
    writeFileSync(path, Buffer.alloc(300_000));
    const reason = new Error("given up");
    await expect(store.putFile("q/a", path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(store.putBytes("q/a", bytes("x"), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(temporaryFiles()).toEqual([]);
  });

  test("are gone after a durable put as well", async () => {
    const store = folderStore(root);
    const path = join(top, "big");
    writeFileSync(path, Buffer.alloc(300_000));
    await store.putFile("q/a", path, { durable: true });
    await store.putBytes("q/b", bytes("x"), { durable: true });
    expect(temporaryFiles()).toEqual([]);
    expect(statSync(join(root, "q/a")).size).toBe(300_000);
  });

  test("may be cleared away under a running store", async () => {
    const store = folderStore(root);
    await store.putBytes("q/a", bytes(""));
    for (const name of temporaryFiles()) rmSync(join(root, ".tmp", name));
    await store.putBytes("q/b", bytes(""));
    expect(statSync(join(root, "q/b")).size).toBe(0);
  });
});

describe("a source", () => {
  test("that is special is refused, and never waited for", { timeout: 5000 }, async () => {
    const pipe = join(top, "pipe");
    execFileSync("mkfifo", [pipe]);
    const store = folderStore(root);
    for (const path of [pipe, top, "/dev/null"]) {
      await expect(store.putFile("q/a", path)).rejects.toMatchObject({
        code: expect.stringMatching(/^E(INVAL|ISDIR)$/),
      });
    }
  });

  test("that is a link is what it leads to", async () => {
    writeFileSync(join(top, "real"), "content");
    symlinkSync("real", join(top, "link"));
    await folderStore(root).putFile("q/a", join(top, "link"));
    expect(readFileSync(join(root, "q/a"), "utf8")).toBe("content");
  });

  test("that is missing rejects with the system's error", async () => {
    await expect(folderStore(root).putFile("q/a", join(top, "none"))).rejects.toMatchObject({
      code: "ENOENT",
    });
  });
});

describe("failures of the folder are explained:", () => {
  test("no permission", async () => {
    mkdirSync(root, { mode: 0o500 });
    chmodSync(top, 0o755);
    await asNobody(async () => {
      const store = folderStore(root);
      const denied = { code: "permission-denied" };
      await expect(store.putBytes("q/a", bytes("x"))).rejects.toMatchObject(denied);
      await expect(store.putBytes("q/a", bytes(""))).rejects.toMatchObject(denied);
      await expect(store.claimQueue("q", { overwrite: false })).rejects.toMatchObject(denied);
    });
  });

  test("a file where a folder should be", async () => {
    writeFileSync(root, "");
    await expect(folderStore(root).putBytes("q/a", bytes("x"))).rejects.toMatchObject({
      code: "store-failed",
    });
  });

  const noSmallDisk = smallDiskProblem();
  test.skipIf(noSmallDisk !== undefined)(
    `a full disk${noSmallDisk === undefined ? "" : ` (skipped: ${noSmallDisk})`}`,
    async () => {
      mkdirSync(root);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", root]);
      try {
        const store = folderStore(root);
        const full = { code: "no-space" };
        const [large, small] = [join(top, "large"), join(top, "small")];
        writeFileSync(large, Buffer.alloc(2 * 1024 * 1024));
        writeFileSync(small, Buffer.alloc(60_000));
        await store.putBytes("q/before", bytes("x"));
        await expect(store.putFile("q/large", large)).rejects.toMatchObject(full);
        await expect(store.growFile("q/grown", large)).rejects.toMatchObject(full);
        expect(temporaryFiles()).toEqual([]);
        const fill = async (): Promise<void> => {
          for (let index = 0; index < 100; index += 1) await store.putFile(`q/${index}`, small);
        };
        await expect(fill()).rejects.toMatchObject(full);
        expect(temporaryFiles()).toEqual([]);
        await store.remove("q/0");
        await store.putFile("q/after", small);
        expect(statSync(join(root, "q/after")).size).toBe(60_000);
      } finally {
        execFileSync("umount", [root]);
      }
    },
  );
});

/** Why no file system of a megabyte can be mounted here, if so. */
function smallDiskProblem(): string | undefined {
  if (process.getuid?.() !== 0) return "only root may mount a small disk";
  const folder = mkdtempSync(join(tmpdir(), "spawn-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return undefined;
  } catch {
    return "mounting is not permitted";
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Root may do everything, so that a test run by root gives that up meanwhile. */
async function asNobody(call: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0 || process.seteuid === undefined) return call();
  process.seteuid(65534);
  try {
    await call();
  } finally {
    process.seteuid(0);
  }
}
