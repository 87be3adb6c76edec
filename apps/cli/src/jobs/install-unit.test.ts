import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { planUnit, type UnitRequest, writeUnit } from "./install-unit.js";

let config: string;
let request: UnitRequest;
beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), "spawn-units-"));
  request = {
    name: "spawn-worker",
    description: "spawn: worker of the job queue",
    command: ["/usr/bin/node", "/opt/spawn/run.js", "worker"],
    isSystem: false,
    runAs: undefined,
    cwd: "/work",
    env: { HOME: "/home/me", XDG_CONFIG_HOME: config, XDG_DATA_HOME: "/data", PATH: "/bin", TOKEN: "s3cret" },
    stopSeconds: 60,
  };
});
afterEach(() => rmSync(config, { recursive: true, force: true }));

describe("planUnit", () => {
  it("is in the user's folder, has what a service needs of the shell, and no other variable", () => {
    const { path, text, next } = planUnit(request);
    expect(path).toBe(join(config, "systemd/user/spawn-worker.service"));
    expect(text).toContain("Environment=PATH=/bin\n");
    expect(text).toContain("Environment=XDG_DATA_HOME=/data\n");
    expect(text).not.toContain("s3cret");
    expect(next).toContain("systemctl --user enable --now spawn-worker");
  });

  it("of the machine runs as who called sudo, and finds that user's folders by itself", () => {
    const env = { ...request.env, SUDO_USER: "mlops" };
    const { path, text, next } = planUnit({ ...request, isSystem: true, env });
    expect(path).toBe("/etc/systemd/system/spawn-worker.service");
    expect(text).toContain("User=mlops\n");
    expect(text).not.toContain("XDG_");
    expect(next).toContain("sudo systemctl enable --now spawn-worker");
    expect(planUnit({ ...request, isSystem: true, env, runAs: "gpu" }).text).toContain("User=gpu\n");
  });

  it.each(["", "../x", "a b", "-x"])("refuses the name %j", (name) => {
    expect(() => planUnit({ ...request, name })).toThrow(expect.objectContaining({ code: "bad-arguments" }));
  });
});

describe("writeUnit", () => {
  it("writes once, leaves the same alone, and replaces another only when it is told to", () => {
    const planned = planUnit(request);
    expect(writeUnit(planned, false)).toBe(true);
    expect(readFileSync(planned.path, "utf8")).toBe(planned.text);
    expect(writeUnit(planned, false)).toBe(false);
    writeFileSync(planned.path, "mine");
    expect(() => writeUnit(planned, false)).toThrow("is there already");
    expect(readFileSync(planned.path, "utf8")).toBe("mine");
    expect(writeUnit(planned, true)).toBe(true);
  });
});
