import { describe, expect, it } from "vitest";
import { systemdUnitText } from "./systemd-unit.js";

const unit = {
  description: "worker at 100%",
  command: ["/usr/bin/node", "/opt/my tools/run.js", "worker", "--worker-id", 'a"$b\\'],
  workingDirectory: "/home/me",
  environment: { PATH: "/usr/bin:/bin", GREETING: "hello world" },
  environmentFile: "/home/me/.config/spawn/spawn-worker.env",
  stopSeconds: 60,
};

describe("systemdUnitText", () => {
  it("is a service of a user that is restarted, and whose own process alone is told to stop", () => {
    const text = systemdUnitText(unit);
    expect(text).toContain("\nRestart=always\n");
    expect(text).toContain("\nKillMode=process\n");
    expect(text).toContain("\nWantedBy=default.target\n");
    expect(text).toContain("\nEnvironmentFile=-/home/me/.config/spawn/spawn-worker.env\n");
    expect(text).not.toContain("User=");
  });

  it("quotes what systemd would take for something else", () => {
    const text = systemdUnitText(unit);
    expect(text).toContain("Description=worker at 100%%\n");
    expect(text).toContain('Environment="GREETING=hello world"\n');
    expect(text).toContain(
      'ExecStart=/usr/bin/node "/opt/my tools/run.js" worker --worker-id "a\\"$$b\\\\"\n',
    );
  });

  it("is a service of the machine that runs as a user", () => {
    const text = systemdUnitText({ ...unit, user: "mlops" });
    expect(text).toContain("\nUser=mlops\n");
    expect(text).toContain("\nWantedBy=multi-user.target\n");
  });
});
