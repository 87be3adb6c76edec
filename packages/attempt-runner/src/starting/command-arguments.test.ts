import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useAttemptRoom } from "../testing/attempt-room.js";
import { commandArguments } from "./command-arguments.js";

const room = useAttemptRoom();
const LONGEST = 128 * 1024 - 1;
const bash = { path: "/bin/bash", name: "bash" };

describe("commandArguments", () => {
  it("passes a text as the argument of -c, with the shell's name as $0", () => {
    const file = join(room.folder, "command");
    const longest = "x".repeat(LONGEST);
    expect(commandArguments(longest, bash, file)).toEqual(["/bin/bash", "-c", longest, "bash"]);
    expect(existsSync(file)).toBe(false);
  });

  it("tells a shell given by path nothing more than -c", () => {
    const shell = { path: "/opt/fish", name: "/opt/fish" };
    expect(commandArguments("x", shell, "unused")).toEqual(["/opt/fish", "-c", "x"]);
  });

  it("writes a longer text, counted in bytes, to a private file", () => {
    const file = join(room.folder, "command");
    const text = "é".repeat(LONGEST / 2 + 1);
    expect(commandArguments(text, bash, file).at(-1)).toBe(file);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(commandArguments(text, { path: "/bin/sh", name: "sh" }, file)).toEqual(["/bin/sh", file]);
  });
});
