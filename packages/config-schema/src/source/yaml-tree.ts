import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  type YAMLMap,
} from "yaml";
import type { Problems } from "../diagnostics/problems.js";
import { addMember, type MemberMap } from "./add-member.js";
import { DEPTH_LIMIT } from "./depth-limit.js";
import type { LocatedNode, ScalarValue, Span } from "./located-node.js";

/** Values that aliases (`*name`) may add to a file in all; a few lines could otherwise stand for billions. */
const ALIASED_VALUES_LIMIT = 10_000;

/** Turns a YAML document into located values. Refuses tags, keys that are not text, and aliases that multiply. */
export function yamlTree(document: Document.Parsed, problems: Problems): LocatedNode | undefined {
  if (document.contents === null) return { kind: "scalar", span: { offset: 0, length: 1 }, value: null };
  return new TreeBuilder(document, problems).build(document.contents);
}

class TreeBuilder {
  readonly #document: Document.Parsed;
  readonly #problems: Problems;
  #aliasedValues = 0;
  #stopped = false;

  constructor(document: Document.Parsed, problems: Problems) {
    this.#document = document;
    this.#problems = problems;
  }

  build(contents: ParsedNode): LocatedNode | undefined {
    const root = this.#node(contents, 0, undefined);
    return this.#stopped ? undefined : root;
  }

  #node(node: Node | null, depth: number, alias: Span | undefined): LocatedNode {
    const span = spanOf(node);
    if (node === null || this.#stopped) return { kind: "scalar", span, value: null };
    if (alias !== undefined) this.#countAliased(alias);
    if (depth > DEPTH_LIMIT)
      return this.#refuseAlias(alias ?? span, "this alias refers to what it is in, or nests too deep");
    if (node.tag !== undefined) {
      this.#problems.add("yaml-tag", { span }, `the tag ${node.tag} is not supported`, "remove the tag");
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      return target === undefined
        ? this.#refuseAlias(span, `nothing before this is named &${node.source}`)
        : this.#node(target, depth + 1, alias ?? span);
    }
    if (isMap(node)) return this.#map(node, depth, alias);
    if (isSeq<Node | null>(node)) {
      return { kind: "array", span, items: node.items.map((item) => this.#node(item, depth + 1, alias)) };
    }
    return { kind: "scalar", span, value: isScalar(node) ? scalarValue(node.value) : null };
  }

  #map(map: YAMLMap, depth: number, alias: Span | undefined): LocatedNode {
    const members: MemberMap = new Map();
    for (const { key, value } of map.items) {
      const keySpan = isNode(key) ? spanOf(key) : spanOf(map);
      if (isScalar(key) && typeof key.value === "string" && key.tag === undefined) {
        const located = this.#node(isNode(value) ? value : null, depth + 1, alias);
        addMember(
          members,
          key.value,
          keySpan,
          located.span.length === 0 ? { ...located, span: keySpan } : located,
          this.#problems,
        );
      } else {
        this.#problems.add(
          "yaml-non-string-key",
          { span: keySpan },
          "a key must be text",
          isScalar(key) ? `put it in quotes: "${String(key.value)}"` : undefined,
        );
      }
    }
    return { kind: "object", span: spanOf(map), members };
  }

  #countAliased(span: Span): void {
    this.#aliasedValues += 1;
    if (this.#aliasedValues > ALIASED_VALUES_LIMIT) {
      this.#refuseAlias(span, `aliases add more than ${ALIASED_VALUES_LIMIT} values to this file`);
    }
  }

  #refuseAlias(span: Span, message: string): LocatedNode {
    if (!this.#stopped) this.#problems.add("yaml-alias", { span }, message, "write the values out");
    this.#stopped = true;
    return { kind: "scalar", span, value: null };
  }
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isCollection(value) || isAlias(value);
}

/** Without its trailing white space and comments; empty where nothing is written. */
function spanOf(node: Node | null): Span {
  const [start = 0, end = 0] = node?.range ?? [];
  return { offset: start, length: end - start };
}

function scalarValue(value: unknown): ScalarValue {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    default:
      return null;
  }
}
