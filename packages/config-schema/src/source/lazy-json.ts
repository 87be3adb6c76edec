import type { LocatedMember, LocatedNode, ScalarValue, Span } from "./located-node.js";

/**
 * The tree of a text that `JSON.parse` accepts and that repeats no key, built where it is looked at: to find the place of
 * one problem in a large file, most of the file is only skipped.
 */
export function lazyJson(text: string): LocatedNode {
  return nodeAt(text, skipSpace(text, 0));
}

function nodeAt(text: string, offset: number): LocatedNode {
  const span: Span = { offset, length: endOfValue(text, offset) - offset };
  switch (text[offset]) {
    case "{":
      return new LazyObject(text, span);
    case "[":
      return new LazyArray(text, span);
    default:
      return { kind: "scalar", span, value: scalarIn(text, span) };
  }
}

class LazyObject {
  readonly kind = "object";
  readonly span: Span;
  readonly #text: string;
  #members: ReadonlyMap<string, LocatedMember> | undefined;

  constructor(text: string, span: Span) {
    this.#text = text;
    this.span = span;
  }

  get members(): ReadonlyMap<string, LocatedMember> {
    this.#members ??= new Map(this.#read());
    return this.#members;
  }

  *#read(): Iterable<[string, LocatedMember]> {
    const text = this.#text;
    let at = skipSpace(text, this.span.offset + 1);
    while (text[at] !== "}") {
      const keySpan = { offset: at, length: endOfString(text, at) - at };
      const colon = skipSpace(text, keySpan.offset + keySpan.length);
      const value = nodeAt(text, skipSpace(text, colon + 1));
      yield [String(scalarIn(text, keySpan)), { keySpan, value }];
      at = skipSeparator(text, value.span);
    }
  }
}

class LazyArray {
  readonly kind = "array";
  readonly span: Span;
  readonly #text: string;
  #items: readonly LocatedNode[] | undefined;

  constructor(text: string, span: Span) {
    this.#text = text;
    this.span = span;
  }

  get items(): readonly LocatedNode[] {
    this.#items ??= [...this.#read()];
    return this.#items;
  }

  *#read(): Iterable<LocatedNode> {
    let at = skipSpace(this.#text, this.span.offset + 1);
    while (this.#text[at] !== "]") {
      const item = nodeAt(this.#text, at);
      yield item;
      at = skipSeparator(this.#text, item.span);
    }
  }
}

function scalarIn(text: string, { offset, length }: Span): ScalarValue {
  const value: unknown = JSON.parse(text.slice(offset, offset + length));
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    return value;
  }
  throw new Error("a list or a map where a plain value was expected");
}

/** Past a value, the white space behind it, and a comma. */
function skipSeparator(text: string, { offset, length }: Span): number {
  const at = skipSpace(text, offset + length);
  return text[at] === "," ? skipSpace(text, at + 1) : at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== "{" && first !== "[") return endOfWord(text, start);
  let depth = 0;
  for (let at = start; ; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    if (depth === 0) return at + 1;
  }
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/[\s,\]}]/.test(text.charAt(at))) at += 1;
  return at;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
