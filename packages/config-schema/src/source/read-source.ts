import { Problems } from "../diagnostics/problems.js";
import { readCommentedJson, readPlainJson } from "./json-source.js";
import type { SourceDocument } from "./source-document.js";
import { afterJsonTrivia, afterYamlTrivia } from "./trivia.js";
import { readYaml } from "./yaml-source.js";

/** Reads a file as what it is by its content: JSON, JSON with comments and trailing commas, or YAML. */
export function readSource(text: string, problems: Problems): SourceDocument | undefined {
  if (isBlank(text)) {
    problems.add(
      "empty-file",
      { span: { offset: 0, length: 1 } },
      "the file is empty",
      'a queue file begins like {"jobs": [{"job_id": "hello", "command": "echo hello"}]}',
    );
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
  const plain = readPlainJson(text, problems);
  if (plain !== undefined) return plain;
  const jsonProblems = new Problems();
  const commented = readCommentedJson(text, jsonProblems);
  if (commented === undefined && jsonProblems.all.every(({ code }) => code === "json-syntax")) {
    const yamlProblems = new Problems();
    const yaml = readYaml(text, yamlProblems);
    if (yaml !== undefined && yamlProblems.isEmpty) return yaml;
  }
  problems.addAll(jsonProblems);
  return commented;
}
