import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import {
  formatDiagnostics,
  loadSettingsFile,
  type Settings,
  settingsFromEnvironment,
  settingVariable,
} from "@spawn/config-schema";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";

const LOCAL_SETTINGS = ".spawn.yaml";

export interface LoadedSettings extends Settings {
  /** What says where to run: `SPAWN_PROVIDER` or a file. */
  readonly providerSource?: string;
}

export interface SettingsSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the invocation. */
  readonly cwd: string;
}

/**
 * Settings from `SPAWN_…`, then `./.spawn.yaml`, then `$XDG_CONFIG_HOME/spawn/config.yaml`: of each key the first that is
 * set. Tags of all of them are put together.
 *
 * @throws SpawnError `bad-arguments` with everything that is wrong, and its place; `permission-denied`.
 */
export function loadSettings({ env, cwd }: SettingsSources): LoadedSettings {
  const fromVariables = settingsFromEnvironment(env);
  if (fromVariables.problems.length > 0) {
    throw new SpawnError("bad-arguments", fromVariables.problems.join("\n"), {
      hint: "Set these variables right, or unset them.",
    });
  }
  const layers = [
    { source: settingVariable("provider"), settings: fromVariables.settings },
    ...[join(cwd, LOCAL_SETTINGS), userSettingsPath(env)].map((path) => {
      const source = path === join(cwd, LOCAL_SETTINGS) ? LOCAL_SETTINGS : path;
      return { source, settings: readSettingsFile(path, source) };
    }),
  ];
  const merged: Settings = Object.assign({}, ...layers.map(({ settings }) => settings).reverse());
  const tags: Settings["tags"] = Object.assign({}, ...layers.map(({ settings }) => settings.tags).reverse());
  const provider = layers.find(({ settings }) => settings.provider !== undefined);
  return {
    ...merged,
    ...(merged.tags === undefined ? {} : { tags: tags ?? {} }),
    ...(provider === undefined ? {} : { providerSource: provider.source }),
  };
}

/** A relative `XDG_CONFIG_HOME` counts as unset, as the XDG rules have it. */
export function userSettingsPath(env: SettingsSources["env"]): string {
  const { XDG_CONFIG_HOME } = env;
  const home =
    XDG_CONFIG_HOME !== undefined && isAbsolute(XDG_CONFIG_HOME)
      ? XDG_CONFIG_HOME
      : join(env.HOME ?? homedir(), ".config");
  return join(home, "spawn", "config.yaml");
}

function readSettingsFile(path: string, fileName: string): Settings {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return {};
    throw explainFileError(error, "cannot read the settings", path);
  }
  const { settings, diagnostics, text } = loadSettingsFile(content, fileName);
  if (diagnostics.length === 0) return settings;
  const count = `${diagnostics.length} ${diagnostics.length === 1 ? "error" : "errors"}`;
  throw new SpawnError("bad-arguments", `the settings in ${fileName} have ${count}`, {
    hint: `\n${formatDiagnostics(diagnostics, { text, fileName, color: false })}`.trimEnd(),
  });
}
