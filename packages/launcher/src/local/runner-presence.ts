import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type InstanceLayout,
  isAlive,
  type ProcessIdentity,
  processIdentity,
  readRunnerLock,
} from "@spawn/attempt-runner";
import { errnoOf } from "@spawn/foundation";
import { replaceFile } from "./instance-file.js";

/** Who starts a runner writes down the process that is going to be it: until it holds the lock, nothing else tells of it. */
export function noteStarting(layout: InstanceLayout, pid: number): void {
  const identity = processIdentity(pid);
  if (identity !== undefined) replaceFile(startingFile(layout), JSON.stringify(identity));
}

/** Whether a process is on its way to become the instance's runner. */
export function isStarting(layout: InstanceLayout): boolean {
  const starting = readStarting(startingFile(layout));
  if (starting === undefined || !isAlive(starting)) return false;
  const owner = readRunnerLock(layout.lock)?.owner;
  return owner?.pid !== starting.pid || owner.startTicks !== starting.startTicks;
}

/** Whether an instance has a runner, or one that is just starting. */
export function hasRunner(layout: InstanceLayout): boolean {
  // In this order: who is starting first, takes the lock then.
  return isStarting(layout) || readRunnerLock(layout.lock)?.alive === true;
}

function startingFile(layout: InstanceLayout): string {
  return join(layout.state, "starting.json");
}

function readStarting(path: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isIdentity(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "pid") === "number" &&
    typeof Reflect.get(value, "startTicks") === "number" &&
    typeof Reflect.get(value, "bootId") === "string"
  );
}
