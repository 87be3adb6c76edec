import { Composer, type CST, type Document, Parser } from "yaml";
import type { Problems } from "../diagnostics/problems.js";
import { DEPTH_LIMIT } from "./depth-limit.js";
import { plainValue, type Span } from "./located-node.js";
import type { SourceDocument } from "./source-document.js";
import { findTooDeep } from "./yaml-depth.js";
import { yamlTree } from "./yaml-tree.js";

const SYNTAX_ERRORS_SHOWN = 10;

/** Reads one YAML 1.2 document (core schema). Adds what is wrong with it to `problems`. */
export function readYaml(text: string, problems: Problems): SourceDocument | undefined {
  const tokens = readTokens(text);
  const tooDeep = findTooDeep(tokens);
  if (tooDeep !== undefined) {
    problems.add("too-deep", { span: tooDeep }, `lists and maps are nested more than ${DEPTH_LIMIT} deep`);
    return undefined;
  }
  const document = composeOne(tokens, problems);
  if (document === undefined) return undefined;
  for (const error of document.errors.slice(0, SYNTAX_ERRORS_SHOWN)) {
    const [start, end] = error.pos;
    problems.add("yaml-syntax", { span: spanOf(start, end) }, withoutFullStop(error.message));
  }
  if (document.errors.length > 0) return undefined;
  const root = yamlTree(document, problems);
  return root && { text, value: plainValue(root), root: () => root };
}

/** The file's tokens; of a file that is no YAML at all, those up to the last error that is shown. */
function readTokens(text: string): readonly CST.Token[] {
  const tokens: CST.Token[] = [];
  let errors = 0;
  for (const token of new Parser().parse(text)) {
    tokens.push(token);
    if (token.type === "error") errors += 1;
    if (errors >= SYNTAX_ERRORS_SHOWN) break;
  }
  return tokens;
}

function composeOne(tokens: readonly CST.Token[], problems: Problems): Document.Parsed | undefined {
  // Repeated keys are found in the tree: this library compares each key with each.
  const composer = new Composer({
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
    schema: "core",
  });
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(tokens)) {
    if (first === undefined) {
      first = document;
      continue;
    }
    const [start = 0] = document.range;
    problems.add(
      "yaml-many-documents",
      { span: spanOf(start, start) },
      "a second YAML document begins here; a queue file has one",
      "put each queue in a file of its own",
    );
    return undefined;
  }
  return first;
}

function spanOf(start: number, end: number): Span {
  return { offset: start, length: Math.max(1, end - start) };
}

function withoutFullStop(message: string): string {
  return message.replace(/\.$/, "");
}
