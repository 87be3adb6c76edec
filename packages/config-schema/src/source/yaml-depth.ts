import type { CST } from "yaml";
import { DEPTH_LIMIT } from "./depth-limit.js";
import type { Span } from "./located-node.js";

/** The first place that is nested too deep. Walks the syntax tree without recursion, before anything that recurses does. */
export function findTooDeep(tokens: readonly CST.Token[]): Span | undefined {
  const pending: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({
    token,
    depth: 0,
  }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, depth } = next;
    if (depth > DEPTH_LIMIT) return { offset: token.offset, length: 1 };
    const inner = token.type === "document" ? depth : depth + 1;
    for (const child of childrenOf(token)) pending.push({ token: child, depth: inner });
  }
  return undefined;
}

function childrenOf(token: CST.Token): CST.Token[] {
  switch (token.type) {
    case "document":
      return token.value === undefined ? [] : [token.value];
    case "block-map":
    case "block-seq":
    case "flow-collection":
      return token.items.flatMap(({ key, value }) =>
        [key, value].filter((part) => part !== undefined && part !== null),
      );
    default:
      return [];
  }
}
