import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { Problems } from "../diagnostics/problems.js";
import { resolveProblems } from "../diagnostics/resolve-problems.js";
import { decodeText } from "../source/decode-text.js";
import { readSource } from "../source/read-source.js";
import { afterYamlTrivia } from "../source/trivia.js";
import { readSettings } from "./read-settings.js";
import type { Settings } from "./settings.js";

export interface LoadedSettings {
  /** What is right of it. */
  readonly settings: Settings;
  /** What is wrong, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** The text that the diagnostics' lines and columns count in. */
  readonly text: string;
}

/**
 * Reads a settings file: YAML, or JSON, which is YAML as well. An empty one sets nothing. Never throws for what is in it.
 *
 * @param fileName How the file is called in diagnostics.
 */
export function loadSettingsFile(content: string | Uint8Array, fileName: string): LoadedSettings {
  const problems = new Problems();
  const text = decodeText(content, problems);
  const isEmpty = afterYamlTrivia(text) === text.length;
  const document = problems.hasErrors || isEmpty ? undefined : readSource(text, problems);
  const settings = document === undefined ? {} : readSettings(document.value, problems);
  const root = () => {
    if (document === undefined) throw new Error("a problem names a path of a file that could not be read");
    return document.root();
  };
  return { settings, diagnostics: resolveProblems(problems, { text, fileName, root }), text };
}
