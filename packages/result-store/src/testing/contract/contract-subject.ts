import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResultStore } from "../../result-store.js";

/** A fresh, empty store, and how to take it away. `again` opens the same place as another process would. */
export interface StoreUnderTest {
  readonly store: ResultStore;
  again(): ResultStore;
  remove(): Promise<void>;
}

/** A store under test, and what its tests need beside it. */
export class Subject {
  readonly under: StoreUnderTest;
  readonly store: ResultStore;
  /** A folder for files. */
  readonly scratch = mkdtempSync(join(tmpdir(), "spawn-store-contract-"));

  constructor(under: StoreUnderTest) {
    this.under = under;
    this.store = under.store;
  }

  readonly read = async (key: string): Promise<string | undefined> => textOf(await this.store.readBytes(key));

  readonly keysBelow = async (folder: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const object of this.store.list(folder)) keys.push(object.key);
    return keys.sort();
  };

  readonly file = (text: string | Uint8Array, as = "file"): string => {
    const path = join(this.scratch, as);
    writeFileSync(path, text);
    return path;
  };

  async remove(): Promise<void> {
    await this.under.remove();
    rmSync(this.scratch, { recursive: true });
  }
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
}

export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
