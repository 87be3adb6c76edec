import { carriedVariables, type QueueSpec, referencedVariables } from "@spawn/config-schema";
import type { LaunchEnvironment } from "../environment.js";

/**
 * What goes along to the instance: what the queue's environments reference and this shell has, and what `--env` gave. An empty
 * value is left out where each reference has a default, which then stands for it anyway.
 */
export function carriedValues(
  spec: QueueSpec,
  { variables, carried }: LaunchEnvironment,
): Readonly<Record<string, string>> {
  const bare = new Set(
    referencedVariables(spec).flatMap(({ name, hasDefault }) => (hasDefault ? [] : [name])),
  );
  const values: Record<string, string> = {};
  for (const name of new Set([...carriedVariables(spec), ...carried])) {
    const value = variables[name];
    if (value === undefined || (value === "" && !bare.has(name) && !carried.includes(name))) continue;
    values[name] = value;
  }
  return values;
}
