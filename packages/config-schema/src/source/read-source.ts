import { Problems } from "../diagnostics/problems.js";
import { SMALLEST_FILE } from "../schema/smallest-file.js";
import { readCommentedJson, readPlainJson } from "./json-source.js";
import type { SourceDocument } from "./source-document.js";
import { afterJsonTrivia, afterYamlTrivia } from "./trivia.js";
import { readYaml } from "./yaml-source.js";

/** Reads a file as what it is by its content: JSON, JSON with comments and trailing commas, or YAML. */
export function readSource(text: string, problems: Problems): SourceDocument | undefined {
  if (isBlank(text)) {
    problems.add("empty-file", { span: { offset: 0, length: 1 } }, "the file is empty", SMALLEST_FILE);
    return undefined;
  }
  return looksLikeJson(text) ? readJsonOrFlowYaml(text, problems) : readYaml(text, problems);
}

function isBlank(text: string): boolean {
  return afterJsonTrivia(text) === text.length || afterYamlTrivia(text) === text.length;
}

function looksLikeJson(text: string): boolean {
  const start = afterJsonTrivia(text);
  const hasJsonComment = text.slice(0, start).trim() !== "";
  return hasJsonComment || text[start] === "{" || text[start] === "[";
}

/** YAML may begin with `{` as well (`{jobs: [...]}`), so what is no JSON gets a second chance; errors are those of JSON. */
function readJsonOrFlowYaml(text: string, problems: Problems): SourceDocument | undefined {
  const plain = readPlainJson(text);
  if (plain !== undefined) return plain;
  const jsonProblems = new Problems();
  const commented = readCommentedJson(text, jsonProblems);
  if (commented === undefined && mayBeFlowYaml(text, jsonProblems)) {
    const yamlProblems = new Problems();
    const yaml = readYaml(text, yamlProblems);
    if (yaml !== undefined && yamlProblems.isEmpty) return yaml;
  }
  problems.addAll(jsonProblems);
  return commented;
}

/** Whether what JSON stumbles over first is a word or a comment that YAML would take. */
function mayBeFlowYaml(text: string, jsonProblems: Problems): boolean {
  const [first] = jsonProblems.all;
  if (first?.code !== "json-syntax" || first.place.path !== undefined) return false;
  return /[\w'#&*]/.test(text.charAt(first.place.span.offset));
}
