import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instance } from "@spawn/launcher";
import { folderStore } from "@spawn/result-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimByReplacing, claimFreeId } from "./claim-queue-id.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-claim-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("claimFreeId", () => {
  it("numbers a taken id", async () => {
    const store = folderStore(folder);
    expect(await claimFreeId(store, "daily")).toBe("daily");
    expect(await claimFreeId(store, "daily")).toBe("daily-2");
    expect(await claimFreeId(store, "daily")).toBe("daily-3");
  });

  it("keeps a numbered id as short as an id must be", async () => {
    const store = folderStore(folder);
    const longest = "q".repeat(128);
    expect(await claimFreeId(store, longest)).toBe(longest);
    expect(await claimFreeId(store, longest)).toBe(`${"q".repeat(126)}-2`);
  });

  it("gives each of many at once its own", async () => {
    const store = folderStore(folder);
    const ids = await Promise.all(Array.from({ length: 8 }, () => claimFreeId(store, "daily")));
    expect(new Set(ids).size).toBe(8);
  });
});

describe("claimByReplacing", () => {
  const running: Instance = {
    instanceId: "local-1",
    provider: "local",
    state: "running",
    queueId: "daily",
    launchedAt: "2026-01-27T18:00:00.000Z",
    tags: {},
    root: "/instances/local-1",
    workingDirectory: "/work",
    storeRoot: folder,
    carried: [],
  };

  it("replaces what the store has", async () => {
    const store = folderStore(folder);
    await claimFreeId(store, "daily");
    await store.putBytes("daily/status.json", Buffer.from("{}"));
    expect(await claimByReplacing(store, "daily", [{ ...running, state: "stopped" }])).toBe("daily");
    expect(await store.readBytes("daily/status.json")).toBeUndefined();
  });

  it("never replaces a queue that runs", async () => {
    const store = folderStore(folder);
    await store.putBytes("daily/status.json", Buffer.from("{}"));
    await expect(claimByReplacing(store, "daily", [running])).rejects.toMatchObject({
      code: "already-running",
    });
    expect(await store.readBytes("daily/status.json")).toBeDefined();
  });
});
