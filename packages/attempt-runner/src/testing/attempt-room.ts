import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, vi } from "vitest";
import type { AttemptFiles, AttemptSpec } from "../attempt.js";
import { readProcessStat } from "../processes/process-stat.js";

/** A folder of its own for a test's attempts, removed behind it. */
export interface AttemptRoom {
  readonly folder: string;
  /** The spec of a new attempt; its marker is unique on this machine. */
  spec(command: string, changes?: Partial<AttemptSpec>): AttemptSpec;
  /** Makes a FIFO, by which test and command wait for each other. */
  fifo(name: string): Fifo;
}

export interface Fifo {
  readonly path: string;
  /** Waits until somebody has written and closed. */
  receive(): Promise<string>;
  /** Waits until somebody reads. */
  send(text: string): Promise<void>;
}

/** To be called at the top of a test file. */
export function useAttemptRoom(): AttemptRoom {
  let folder: string | undefined;
  let attempts = 0;
  const current = (): string => {
    folder ??= mkdtempSync(join(tmpdir(), "spawn-attempt-"));
    return folder;
  };
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  });
  return {
    get folder() {
      return current();
    },
    spec(command, changes = {}) {
      attempts += 1;
      return {
        command,
        cwd: current(),
        env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
        files: attemptFiles(join(current(), `attempt-${attempts}`)),
        background: "kill",
        marker: `${current()}/job/${attempts}`,
        ...changes,
      };
    },
    fifo(name) {
      const path = join(current(), name);
      execFileSync("mkfifo", [path]);
      return {
        path,
        receive: () => readFile(path, "utf8"),
        send: (text) => writeFile(path, text),
      };
    },
  };
}

/** Makes `folder` and names an attempt's files in it. */
export function attemptFiles(folder: string): AttemptFiles {
  mkdirSync(folder, { recursive: true });
  return {
    claim: join(folder, "claim"),
    stdout: join(folder, "stdout"),
    stderr: join(folder, "stderr"),
    command: join(folder, "command"),
  };
}

export function outputOf({ files }: AttemptSpec): { stdout: string; stderr: string } {
  return { stdout: readFileSync(files.stdout, "latin1"), stderr: readFileSync(files.stderr, "latin1") };
}

/** Whether the process runs; a zombie does not. */
export function runs(pid: number): boolean {
  return readProcessStat(pid)?.ended === false;
}

/** Looks until `condition` holds; fails the test after 20 s. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      if (!condition()) throw new Error(`never came true: ${condition.toString()}`);
    },
    { timeout: 20_000, interval: 5 },
  );
}
