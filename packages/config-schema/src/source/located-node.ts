/** A stretch of the file, in UTF-16 code units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** A value together with where it stands in the file: what JSON and YAML have in common. */
export type LocatedNode =
  | {
      readonly kind: "object";
      readonly span: Span;
      readonly members: ReadonlyMap<string, LocatedMember>;
    }
  | { readonly kind: "array"; readonly span: Span; readonly items: readonly LocatedNode[] }
  | { readonly kind: "scalar"; readonly span: Span; readonly value: ScalarValue };

export interface LocatedMember {
  readonly keySpan: Span;
  readonly value: LocatedNode;
}

export type ScalarValue = string | number | boolean | null;

/** Keys and indices from the root. */
export type Path = readonly (string | number)[];

/** The value without its positions. */
export function plainValue(node: LocatedNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "array":
      return node.items.map(plainValue);
    case "object":
      return Object.fromEntries([...node.members].map(([key, member]) => [key, plainValue(member.value)]));
  }
}

/** What stands at a path, with the path as the file spells it, or as much of the way as there is. */
export interface Located {
  readonly path: Path;
  readonly node: LocatedNode;
  /** The key of the last step, where that is a member of an object. */
  readonly keySpan?: Span;
  /** Whether all of the path was there. */
  readonly complete: boolean;
}

/** Follows `path` from `root`; `aliases` maps a key to its other spelling. */
export function locate(root: LocatedNode, path: Path, aliases: ReadonlyMap<string, string>): Located {
  const walked: (string | number)[] = [];
  let node = root;
  let keySpan: Span | undefined;
  for (const step of path) {
    const next = child(node, step, aliases);
    if (next === undefined) break;
    walked.push(next.step);
    node = next.node;
    keySpan = next.keySpan;
  }
  return {
    path: walked,
    node,
    ...(keySpan !== undefined && { keySpan }),
    complete: walked.length === path.length,
  };
}

interface Child {
  readonly step: string | number;
  readonly node: LocatedNode;
  readonly keySpan?: Span;
}

function child(
  node: LocatedNode,
  step: string | number,
  aliases: ReadonlyMap<string, string>,
): Child | undefined {
  if (typeof step === "number") {
    const item = node.kind === "array" ? node.items[step] : undefined;
    return item && { step, node: item };
  }
  if (node.kind !== "object") return undefined;
  for (const key of [step, aliases.get(step)]) {
    const member = key === undefined ? undefined : node.members.get(key);
    if (key !== undefined && member !== undefined) {
      return { step: key, node: member.value, keySpan: member.keySpan };
    }
  }
  return undefined;
}
