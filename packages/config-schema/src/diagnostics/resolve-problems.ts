import { ALIASES } from "../schema/aliases.js";
import { type LocatedNode, locate, type Path, type Span } from "../source/located-node.js";
import { DIAGNOSTIC_SEVERITIES, type Diagnostic } from "./diagnostic.js";
import { LineIndex } from "./line-index.js";
import type { Problem, Problems } from "./problems.js";

/** So many are shown. */
export const SHOWN_LIMIT = 100;

/** Words that are looked at for the suggestions of one file: 100 problems with 3000 ids, fewer problems with more ids. */
const SEARCH_LIMIT = 300_000;

/** The file that problems are in. */
export interface ProblemSource {
  readonly text: string;
  readonly fileName: string;
  /** Where the value stands; asked only for problems that are at a path of the value. */
  root(): LocatedNode;
}

/** Finds the place of each problem in the text, and puts them in its order. */
export function resolveProblems(
  problems: Problems,
  { text, fileName, root }: ProblemSource,
): readonly Diagnostic[] {
  const lines = new LineIndex(text);
  const suggest = suggestionFinder();
  return problems.all
    .map((problem) => ({ problem, ...findPlace(problem, text, root) }))
    .sort((a, b) => a.span.offset - b.span.offset)
    .map(({ problem, span, path }): Diagnostic => {
      const { code, message } = problem;
      const { line, column } = lines.positionAt(span.offset);
      const restOfLine = lines.lineText(line).length - column + 1;
      const suggestion = suggest(problem);
      return {
        severity: DIAGNOSTIC_SEVERITIES[code],
        code,
        message,
        ...(suggestion !== undefined && { suggestion }),
        fileName,
        line,
        column,
        length: Math.max(1, Math.min(span.length, restOfLine)),
        path: pathText(path),
      };
    });
}

/** Looks for suggestions as long as that does not get too much work. */
function suggestionFinder(): (problem: Problem) => string | undefined {
  let searched = 0;
  return ({ suggestion }) => {
    if (typeof suggestion !== "object") return suggestion;
    if (searched >= SEARCH_LIMIT) return undefined;
    searched += suggestion.cost;
    return suggestion.find();
  };
}

function findPlace({ place }: Problem, text: string, root: () => LocatedNode): { span: Span; path: Path } {
  if (place.path === undefined) return { span: place.span, path: [] };
  const { node, path, keySpan, complete } = locate(root(), place.path, ALIASES);
  const { part = "value" } = place;
  if (part === "key" && keySpan !== undefined && complete) return { span: keySpan, path };
  if (typeof part === "object") {
    const offset = text.slice(node.span.offset, node.span.offset + node.span.length).indexOf(part.text);
    if (offset !== -1) return { span: { offset: node.span.offset + offset, length: part.text.length }, path };
  }
  // Of a list or a map, only where it begins.
  return { span: node.kind === "scalar" ? node.span : { offset: node.span.offset, length: 1 }, path };
}

/** `jobs[2].environment.NAME`; a key that is no plain word goes in quotes. */
function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[\w$-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}
