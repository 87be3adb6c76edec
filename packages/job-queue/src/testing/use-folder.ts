import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** A new folder for each test, removed after it. */
export function useFolder(): { readonly path: string; readonly database: string } {
  let path = "";
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "spawn-jobs-"));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    /** Where a job queue's file may be made. */
    get database() {
      return join(path, "jobs.db");
    },
  };
}
