import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
