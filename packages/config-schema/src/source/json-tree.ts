import {
  createScanner,
  type Node,
  type ParseError,
  type ParseErrorCode,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { Problems } from "../diagnostics/problems.js";
import { addMember, type MemberMap } from "./add-member.js";
import { DEPTH_LIMIT } from "./depth-limit.js";
import type { LocatedNode, Span } from "./located-node.js";

/** One slip makes many follow-up errors; the first ones tell. */
const SYNTAX_ERRORS_SHOWN = 10;

/** Reads JSON, with comments and trailing commas or without, into located values. Reports syntax errors and repeated keys. */
export function readJsonTree(text: string, problems: Problems): LocatedNode | undefined {
  const tooDeep = findTooDeep(text);
  if (tooDeep !== undefined) {
    problems.add("too-deep", { span: tooDeep }, `lists and maps are nested more than ${DEPTH_LIMIT} deep`);
    return undefined;
  }
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  for (const { error, offset, length } of errors.slice(0, SYNTAX_ERRORS_SHOWN)) {
    problems.add("json-syntax", { span: { offset, length } }, syntaxMessage(error));
  }
  if (errors.length > 0 || tree === undefined) return undefined;
  return locatedNode(tree, text, problems);
}

/** Scans tokens without recursion, so that the parser, which does recurse, only sees what it can bear. */
function findTooDeep(text: string): Span | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const first = text[offset];
    if (first === "{" || first === "[") depth += 1;
    else if (first === "}" || first === "]") depth -= 1;
    if (depth > DEPTH_LIMIT) return { offset, length: 1 };
  }
  return undefined;
}

function locatedNode(node: Node, text: string, problems: Problems): LocatedNode {
  const span = { offset: node.offset, length: node.length };
  switch (node.type) {
    case "object": {
      const members: MemberMap = new Map();
      for (const { children: [key, value] = [] } of node.children ?? []) {
        if (key === undefined || value === undefined) continue;
        const keySpan = { offset: key.offset, length: key.length };
        addMember(members, String(key.value), keySpan, locatedNode(value, text, problems), problems);
      }
      return { kind: "object", span, members };
    }
    case "array":
      return {
        kind: "array",
        span,
        items: (node.children ?? []).map((item) => locatedNode(item, text, problems)),
      };
    case "string":
    case "number":
    case "boolean":
    case "null":
      return { kind: "scalar", span, value: node.value };
    case "property":
      throw new Error("a property outside of an object");
  }
}

function syntaxMessage(code: ParseErrorCode): string {
  const name = printParseErrorCode(code);
  return MESSAGES.get(name) ?? `this is not JSON (${name})`;
}

const MESSAGES: ReadonlyMap<string, string> = new Map([
  ["InvalidSymbol", "unexpected text; strings and keys need double quotes"],
  ["InvalidNumberFormat", "this is not a number"],
  ["PropertyNameExpected", "a key in double quotes is expected here"],
  ["ValueExpected", "a value is expected here"],
  ["ColonExpected", 'a ":" is expected here, between key and value'],
  ["CommaExpected", 'a "," is expected before this'],
  ["CloseBraceExpected", 'a "}" is missing here'],
  ["CloseBracketExpected", 'a "]" is missing here'],
  ["EndOfFileExpected", "the file should end before this"],
  ["InvalidCommentToken", "a comment is not allowed here"],
  ["UnexpectedEndOfComment", "this comment has no end"],
  ["UnexpectedEndOfString", "this string has no closing quote on its line"],
  ["UnexpectedEndOfNumber", "this number is cut off"],
  ["InvalidUnicode", "this \\u escape needs four hexadecimal digits"],
  ["InvalidEscapeCharacter", 'this string has an unknown escape; a backslash is written "\\\\"'],
  [
    "InvalidCharacter",
    'this string has a raw control character; write a line break as "\\n", a tab as "\\t"',
  ],
]);
