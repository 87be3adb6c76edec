import type { LoadedSettings, SettingsSources } from "./load-settings.js";

/** The settings that hold in a folder; what reads them is loaded, and they are read, when first asked for. @throws SpawnError as `loadSettings`. */
export function settingsAt(env: SettingsSources["env"], cwd: string): () => Promise<LoadedSettings> {
  let settings: Promise<LoadedSettings> | undefined;
  return () => {
    settings ??= import("./load-settings.js").then(({ loadSettings }) => loadSettings({ env, cwd }));
    return settings;
  };
}
