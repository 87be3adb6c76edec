import { Problems } from "../diagnostics/problems.js";
import { readSettings } from "./read-settings.js";
import type { Settings } from "./settings.js";
import { SETTING_KEYS, type SettingKey } from "./settings-schema.js";

export interface EnvironmentSettings {
  readonly settings: Settings;
  /** What is wrong, a line each, beginning with the variable's name. */
  readonly problems: readonly string[];
}

/** The variable that sets a key: `instance_type` → `SPAWN_INSTANCE_TYPE`. */
export function settingVariable(key: SettingKey): string {
  return `SPAWN_${key.toUpperCase()}`;
}

/** Settings in `SPAWN_…` variables. An empty variable sets nothing; tags are `key=value` pairs between commas. */
export function settingsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): EnvironmentSettings {
  const raw = Object.fromEntries(
    SETTING_KEYS.flatMap((key): [string, unknown][] => {
      const text = env[settingVariable(key)];
      return text === undefined || text === "" ? [] : [[key, writtenValue(key, text)]];
    }),
  );
  const problems = new Problems();
  const settings = readSettings(raw, problems);
  return {
    settings,
    problems: problems.all.map(({ place, message, suggestion }) => {
      const key = place.path?.[0] as SettingKey;
      const told = typeof suggestion === "object" ? suggestion.find() : suggestion;
      const advice = key === "tags" ? "write key=value pairs between commas" : told;
      return `${settingVariable(key)}: ${message}${advice === undefined ? "" : ` (${advice})`}`;
    }),
  };
}

function writtenValue(key: SettingKey, text: string): unknown {
  switch (key) {
    case "volume_size":
      return /^\d+$/.test(text) ? Number(text) : text;
    case "tags":
      return pairsOf(text);
    default:
      return text;
  }
}

/** The text itself where it is no list of pairs: it is then refused as the text that it is. */
function pairsOf(text: string): unknown {
  const pairs = text.split(",").map((pair) => /^([^=]+)=(.*)$/s.exec(pair.trim()));
  return pairs.every((pair) => pair !== null)
    ? Object.fromEntries(pairs.map(([, key = "", value = ""]) => [key, value]))
    : text;
}
