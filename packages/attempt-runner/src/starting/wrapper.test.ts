import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useAttemptRoom } from "../testing/attempt-room.js";
import { findProgram } from "./shell.js";
import { type ArgumentVector, CLAIM_LOST_STATUS, isWrapperOf, wrapped } from "./wrapper.js";

const room = useAttemptRoom();

const SHELLS: readonly ArgumentVector[] = [["dash"], ["bash", "--posix"], ["busybox", "sh"]];
const present = SHELLS.filter(([name]) => findProgram(name, process.env.PATH) !== undefined);

describe.each(present.map((shell) => ({ shell })))("the wrapper, in $shell", ({ shell }) => {
  const run = (command: ArgumentVector, cgroup: readonly string[] = []) => {
    const claim = join(room.folder, "claim");
    const [program, ...args] = wrapped(shell, claim, command, cgroup);
    const result = spawnSync(program, args, { encoding: "utf8" });
    return { ...result, claim };
  };

  it("writes its pid, then the exit code, and ends with it", () => {
    const { status, pid, claim } = run(["/bin/sh", "-c", "exit 7"]);
    expect(status).toBe(7);
    expect(readFileSync(claim, "utf8")).toBe(`${pid}\nexit 7\n`);
  });

  it("enters each folder of its cgroup by itself, and says so", () => {
    const cgroup = ["a", "b"].map((name) => join(room.folder, name));
    for (const folder of cgroup) mkdirSync(folder);
    const { pid, claim, stdout } = run(["/bin/sh", "-c", 'echo "$# $0 $1"', "name", "--"], cgroup);
    for (const folder of cgroup) expect(readFileSync(join(folder, "cgroup.procs"), "utf8")).toBe(`${pid}\n`);
    expect(readFileSync(claim, "utf8")).toBe(`${pid} ${cgroup.join(":")}\nexit 0\n`);
    expect(stdout).toBe("1 name --\n");
  });

  it("goes on without where it cannot enter one, and says nothing", () => {
    const cgroup = [room.folder, join(room.folder, "gone")];
    const { status, stderr, pid, claim } = run(["/bin/sh", "-c", "exit 7"], cgroup);
    expect({ status, stderr }).toEqual({ status: 7, stderr: "" });
    expect(readFileSync(claim, "utf8")).toBe(`${pid}\nexit 7\n`);
  });

  it.each(["", "void\n", "4711\n"])("does not run the command when the claim says %j", (text) => {
    writeFileSync(join(room.folder, "claim"), text);
    const { status, stdout, stderr, claim } = run(["/bin/sh", "-c", `touch ${room.folder}/ran`]);
    expect({ status, stdout, stderr }).toEqual({ status: CLAIM_LOST_STATUS, stdout: "", stderr: "" });
    expect(existsSync(join(room.folder, "ran"))).toBe(false);
    expect(readFileSync(claim, "utf8")).toBe(text);
  });

  it("does not run the command when the claim cannot be made", () => {
    const [program, ...args] = wrapped(shell, join(room.folder, "no", "claim"), ["/bin/echo", "ran"]);
    expect(spawnSync(program, args, { encoding: "utf8" })).toMatchObject({
      status: CLAIM_LOST_STATUS,
      stdout: "",
    });
  });

  it("says nothing about a killed command", () => {
    const { stderr, claim } = run(["/bin/sh", "-c", "kill -9 $$"]);
    expect(stderr).toBe("");
    expect(readFileSync(claim, "utf8")).toMatch(/^\d+\nexit 137\n$/);
  });

  it("survives each signal it can, while the command has its default action", () => {
    for (const signal of ["HUP", "INT", "QUIT", "USR1", "USR2", "ALRM", "TERM"]) {
      const claim = join(room.folder, signal);
      const command: ArgumentVector = ["/bin/sh", "-c", `kill -${signal} $PPID; kill -${signal} $$; exit 1`];
      const [program, ...args] = wrapped(shell, claim, command);
      spawnSync(program, args);
      expect(readFileSync(claim, "utf8"), signal).toMatch(/^\d+\nexit 1[2-4]\d\n$/);
    }
  });

  it("gives the command no variable, no descriptor and no file mode of its own", () => {
    const show = 'umask; env | grep -v -e ^SHLVL= -e ^_= | sort; ls /proc/self/fd | tr "\\n" " "; pwd';
    const alone = spawnSync("/bin/sh", ["-c", show], { encoding: "utf8" });
    expect(run(["/bin/sh", "-c", show]).stdout).toBe(alone.stdout);
  });
});

describe("isWrapperOf", () => {
  it("knows the wrapper by its claim file", () => {
    const commandLine = `${wrapped(["/bin/sh"], "/a/claim", ["/bin/bash", "-c", "x"]).join("\0")}\0`;
    expect(isWrapperOf("/a/claim", commandLine)).toBe(true);
    expect(isWrapperOf("/b/claim", commandLine)).toBe(false);
    expect(isWrapperOf("/a/claim", "/bin/bash\0-c\0cat /a/claim\0")).toBe(false);
    expect(isWrapperOf("/a/claim", "")).toBe(false);
  });
});
