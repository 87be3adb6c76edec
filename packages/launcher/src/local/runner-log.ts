import { readFileSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";

const TAIL_LINES = 5;

/** The messages of the last lines of a runner's log, which are JSON; empty where there is no log or nothing in it. */
export function lastMessages(path: string): string {
  return logText(path).trimEnd().split("\n").slice(-TAIL_LINES).map(messageOf).join("\n").trim();
}

function logText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  }
}

function messageOf(line: string): string {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null ? String(Reflect.get(entry, "msg") ?? line) : line;
  } catch {
    return line;
  }
}
