import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";
import { type SystemdUnit, systemdUnitText } from "./systemd-unit.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Of the installing shell, what a service has to have to find the same things: no secrets. */
const KEPT_VARIABLES = [
  "PATH",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
  "AWS_PROFILE",
  "AWS_REGION",
];

export interface UnitRequest {
  /** Without `.service`. */
  readonly name: string;
  readonly description: string;
  readonly command: readonly string[];
  readonly isSystem: boolean;
  /** Of a unit of the system: the user as whom it runs. */
  readonly runAs: string | undefined;
  readonly cwd: string;
  readonly env: Environment;
  readonly stopSeconds: number;
}

export interface PlannedUnit {
  readonly path: string;
  readonly text: string;
  /** The commands that start it, and that show its log. */
  readonly next: readonly string[];
}

/** @throws SpawnError `bad-arguments` for a name that is none. */
export function planUnit(request: UnitRequest): PlannedUnit {
  const { name, isSystem, env } = request;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(name)) {
    throw new SpawnError("bad-arguments", `--name ${name}: not a name for a service`, {
      hint: "Letters, digits, '.', '_' and '-', beginning with a letter or digit.",
    });
  }
  const configHome = configHomeOf(env);
  const unit: SystemdUnit = {
    description: request.description,
    command: request.command,
    workingDirectory: request.cwd,
    environment: keptVariables(env, isSystem),
    environmentFile: isSystem ? `/etc/spawn/${name}.env` : join(configHome, "spawn", `${name}.env`),
    stopSeconds: request.stopSeconds,
    ...(isSystem ? { user: request.runAs ?? env.SUDO_USER ?? userInfo().username } : {}),
  };
  const folder = isSystem ? "/etc/systemd/system" : join(configHome, "systemd", "user");
  const ctl = isSystem ? "sudo systemctl" : "systemctl --user";
  return {
    path: join(folder, `${name}.service`),
    text: systemdUnitText(unit),
    next: [
      `${ctl} daemon-reload`,
      `${ctl} enable --now ${name}`,
      ...(isSystem
        ? []
        : ['loginctl enable-linger "$USER"   # so that it also runs while you are logged out']),
      `journalctl ${isSystem ? "" : "--user "}-u ${name} -f`,
    ],
  };
}

/**
 * Writes a unit, whole or not at all.
 *
 * @returns whether anything was written: not where it is there as it should be.
 * @throws SpawnError `bad-arguments` where there is another one of that name; `permission-denied`, `no-space`.
 */
export function writeUnit({ path, text }: PlannedUnit, isForced: boolean): boolean {
  const before = readUnit(path);
  if (before === text) return false;
  if (before !== undefined && !isForced) {
    throw new SpawnError("bad-arguments", `${path} is there already, and says something else`, {
      hint: "Replace it with --force, or install this one under another name: --name NAME",
    });
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    return true;
  } catch (error) {
    throw explainFileError(error, "cannot write the unit", path);
  }
}

function readUnit(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw explainFileError(error, "cannot read the unit", path);
  }
}

function configHomeOf({ XDG_CONFIG_HOME, HOME }: Environment): string {
  if (XDG_CONFIG_HOME !== undefined && isAbsolute(XDG_CONFIG_HOME)) return XDG_CONFIG_HOME;
  return join(HOME ?? homedir(), ".config");
}

/** A service of the system runs as a user whose folders are not those of who installs it. */
function keptVariables(env: Environment, isSystem: boolean): Readonly<Record<string, string>> {
  const names = isSystem ? KEPT_VARIABLES.filter((name) => !name.startsWith("XDG_")) : KEPT_VARIABLES;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}
