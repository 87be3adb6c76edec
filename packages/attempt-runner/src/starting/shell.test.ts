import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useAttemptRoom } from "../testing/attempt-room.js";
import { findProgram, findShell, isBash } from "./shell.js";
import { findWrapperShell } from "./wrapper-shell.js";

const room = useAttemptRoom();

function program(path: string, mode = 0o755): string {
  writeFileSync(join(room.folder, path), "#!/bin/sh\n");
  chmodSync(join(room.folder, path), mode);
  return join(room.folder, path);
}

describe("findProgram", () => {
  it("takes the first of the path that is a program", () => {
    mkdirSync(join(room.folder, "one"));
    mkdirSync(join(room.folder, "one", "folder"));
    mkdirSync(join(room.folder, "two"));
    program("one/data", 0o644);
    const [data, folder] = [program("two/data"), program("two/folder")];
    const searchPath = `${room.folder}/missing:${room.folder}/one:${room.folder}/two`;
    expect(findProgram("data", searchPath)).toBe(data);
    expect(findProgram("folder", searchPath)).toBe(folder);
  });

  it.each([undefined, "", ":", ".:relative", "/no/such"])("finds sh with the path %j", (searchPath) => {
    expect(findProgram("sh", searchPath)).toMatch(/^\/.*\/sh$/);
  });
});

describe("findShell", () => {
  it("is bash when nothing is said", () => {
    const shell = findShell(undefined, { cwd: "/", searchPath: undefined });
    expect(shell).toMatchObject({ name: "bash" });
    expect(shell && isBash(shell)).toBe(true);
  });

  it("reads a path from the attempt's folder", () => {
    const path = program("my-shell");
    expect(findShell("./my-shell", { cwd: room.folder, searchPath: undefined })).toEqual({
      path,
      name: "./my-shell",
    });
    expect(findShell("./my-shell", { cwd: "/", searchPath: undefined })).toBeUndefined();
  });
});

describe("findWrapperShell", () => {
  it("is sh, and bash for names that sh may drop", () => {
    expect(findWrapperShell({ A_1: "x" }, "/bin")).toEqual(["/bin/sh"]);
    expect(findWrapperShell({ "a.b": "x" }, "/bin")).toEqual(["/bin/bash", "--posix"]);
    expect(findWrapperShell({ "BASH_FUNC_f%%": "() { :; }" }, "/bin")).toEqual(["/bin/bash", "--posix"]);
  });
});
