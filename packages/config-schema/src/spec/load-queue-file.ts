import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { Problems } from "../diagnostics/problems.js";
import { resolveProblems } from "../diagnostics/resolve-problems.js";
import { checkNulBytes } from "../rules/check-nul-bytes.js";
import { ALIASES } from "../schema/aliases.js";
import { draftQueue } from "../schema/queue-draft.js";
import { decodeText } from "../source/decode-text.js";
import { locate, type Path } from "../source/located-node.js";
import { readSource } from "../source/read-source.js";
import type { SourceDocument } from "../source/source-document.js";
import type { QueueSpec } from "./queue-spec.js";
import { readQueue } from "./read-queue.js";

export interface LoadOptions {
  /** How the file is called in diagnostics. */
  readonly fileName: string;
  /** Whether commands will have a variable that the file does not define; such uses are not warned of. */
  readonly definedVariables?: (name: string) => boolean;
}

export interface LoadedQueueFile {
  /** Absent exactly when there is an error. */
  readonly spec?: QueueSpec;
  /** What is wrong, in the order of the file: at most 1000 errors and 1000 warnings, then the search ends. */
  readonly diagnostics: readonly Diagnostic[];
  /** The text that the diagnostics' lines and columns count in. */
  readonly text: string;
}

/**
 * Reads a queue file: JSON, JSON with comments and trailing commas, or YAML, by its content. Never throws for what is in
 * the file.
 *
 * @param content The file's bytes, or its text where it is decoded already.
 */
export function loadQueueFile(content: string | Uint8Array, options: LoadOptions): LoadedQueueFile {
  const problems = new Problems();
  const text = decodeText(content, problems);
  const document = problems.hasErrors ? undefined : readSource(text, problems);
  const spec = document && readDocument(document, options, problems);
  return {
    ...(spec !== undefined && !problems.hasErrors && { spec }),
    diagnostics: problems.isEmpty
      ? []
      : resolveProblems(problems, { text, fileName: options.fileName, root: () => rootOf(document) }),
    text,
  };
}

function readDocument(
  document: SourceDocument,
  options: LoadOptions,
  problems: Problems,
): QueueSpec | undefined {
  checkNulBytes(document, problems);
  const draft = draftQueue(document.value, problems);
  if (draft === undefined || problems.isFull) return undefined;
  return readQueue(draft, {
    problems,
    isDefined: options.definedVariables ?? (() => false),
    writtenText: (path) => writtenText(document, path),
  });
}

function writtenText(document: SourceDocument, path: Path): string {
  const { offset, length } = locate(document.root(), path, ALIASES).node.span;
  return document.text.slice(offset, offset + length);
}

function rootOf(document: SourceDocument | undefined) {
  if (document === undefined) throw new Error("a problem names a path of a file that could not be read");
  return document.root();
}
