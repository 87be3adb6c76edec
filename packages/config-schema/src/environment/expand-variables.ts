import { unreachable } from "@spawn/foundation";
import { parseValue } from "./variable-references.js";

export interface ExpandedValue {
  readonly value: string;
  /** Names that `lookup` does not know and that have no default, each once; they expand to nothing. */
  readonly missing: readonly string[];
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` (the default also for an empty variable) by what `lookup` says. `$${` becomes
 * `${`. What comes in is not expanded again.
 */
export function expandVariables(value: string, lookup: (name: string) => string | undefined): ExpandedValue {
  if (!value.includes("${")) return { value, missing: [] };
  const missing = new Set<string>();
  const expanded = parseValue(value).map((part) => {
    switch (part.kind) {
      case "text":
      case "malformed":
        return part.text;
      case "reference": {
        const { name, defaultText } = part.reference;
        const found = lookup(name);
        if (defaultText !== undefined) return found === undefined || found === "" ? defaultText : found;
        if (found === undefined) missing.add(name);
        return found ?? "";
      }
      default:
        return unreachable(part);
    }
  });
  return { value: expanded.join(""), missing: [...missing] };
}
