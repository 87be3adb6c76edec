import { existsSync } from "node:fs";

/** What the machines' disks begin with, and what runs them. */
export interface System {
  /** A folder, which stays as it is. */
  readonly root: string;
  /** What process 1 is: the lab's own, up in half a second, or the root's systemd in a container of systemd-nspawn's. */
  readonly init: "lab" | "systemd";
}

/** The host's own, with the lab's stand-ins for systemd. */
export const HOST: System = { root: "/", init: "lab" };

/** The host's own, with its systemd. */
export const HOST_WITH_SYSTEMD: System = { root: "/", init: "systemd" };

/** For `skipIf`: whether no systemd can run machines here. Says why, once for each file of tests. */
export function cannotRunSystemd(): boolean {
  const why = whyNoSystemd();
  if (why !== undefined) console.warn(`skipped: systemd cannot run machines here: ${why}`);
  return why !== undefined;
}

function whyNoSystemd(): string | undefined {
  for (const [path, name] of [
    ["/usr/bin/systemd-nspawn", "systemd-container"],
    ["/lib/systemd/systemd", "systemd"],
    ["/usr/bin/dbus-daemon", "dbus"],
  ]) {
    if (!existsSync(path ?? "")) return `${path} missing (Debian: ${name})`;
  }
  const groups = ["/sys/fs/cgroup/cgroup.controllers", "/sys/fs/cgroup/systemd"];
  return groups.some((path) => existsSync(path)) ? undefined : "there are no cgroups that it could have";
}
