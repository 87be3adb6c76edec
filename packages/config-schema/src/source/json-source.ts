import type { Problems } from "../diagnostics/problems.js";
import { DEPTH_LIMIT } from "./depth-limit.js";
import { outlineJson } from "./json-outline.js";
import { readJsonTree } from "./json-tree.js";
import { lazyJson } from "./lazy-json.js";
import { type LocatedNode, plainValue } from "./located-node.js";
import { countMembers } from "./member-count.js";
import type { SourceDocument } from "./source-document.js";

/**
 * Reads plain JSON the fast way: positions are found later, if ever.
 *
 * @returns `undefined` when the text is not plain JSON, or is something that only the slow way can report (a key given
 * twice, nesting without end).
 */
export function readPlainJson(text: string): SourceDocument | undefined {
  const value = parseOrUndefined(text);
  if (value === undefined) return undefined;
  const outline = outlineJson(text);
  if (outline.depth > DEPTH_LIMIT || outline.members !== countMembers(value)) return undefined;
  let root: LocatedNode | undefined;
  return {
    text,
    value,
    root() {
      root ??= lazyJson(text);
      return root;
    },
  };
}

/** Reads JSON with comments and trailing commas. Adds what is wrong with it to `problems`. */
export function readCommentedJson(text: string, problems: Problems): SourceDocument | undefined {
  const root = readJsonTree(text, problems);
  return root && { text, value: plainValue(root), root: () => root };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
