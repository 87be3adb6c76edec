import type { Problems } from "../diagnostics/problems.js";
import type { LocatedNode, Path } from "../source/located-node.js";
import type { SourceDocument } from "../source/source-document.js";

/** The byte itself, and each way in which JSON or YAML writes it. */
const WRITTEN_NUL = ["\0", "\\0", "\\x00", "\\u0000", "\\U00000000"];

/** No text may contain a NUL byte: neither a command line nor an environment nor a path can hold one. */
export function checkNulBytes(document: SourceDocument, problems: Problems): void {
  if (WRITTEN_NUL.some((written) => document.text.includes(written)))
    checkNode(document.root(), [], problems);
}

function checkNode(node: LocatedNode, path: Path, problems: Problems): void {
  switch (node.kind) {
    case "object":
      for (const [key, { value }] of node.members) checkNode(value, [...path, key], problems);
      return;
    case "array":
      for (const [index, item] of node.items.entries()) checkNode(item, [...path, index], problems);
      return;
    case "scalar":
      if (typeof node.value === "string" && node.value.includes("\0")) {
        problems.add(
          "nul-byte",
          { path },
          "this text contains a NUL byte, which no command can get",
          "remove it",
        );
      }
  }
}
