import type { Diagnostic, QueueSpec } from "@spawn/config-schema";
import { unsetVariables } from "./environment.js";
import type { ReadQueueFile } from "./queue-file.js";

/**
 * A warning for each variable that an environment of the queue references and that is set nowhere: a launch from here
 * would fail for it, one from elsewhere need not.
 *
 * @param variables of this shell
 */
export function unsetVariableWarnings(
  source: Pick<ReadQueueFile, "fileName" | "text">,
  spec: QueueSpec,
  variables: Readonly<Record<string, string | undefined>>,
): readonly Diagnostic[] {
  return [...unsetVariables(spec, variables)].map(([name, jobs]) => ({
    severity: "warning",
    code: "undefined-variable",
    message: `\${${name}} is set nowhere (job ${jobs.join(", ")})`,
    suggestion: `launch with ${name} set (export ${name}=…) or with --env ${name}=…, or give it a default: \${${name}:-…}`,
    fileName: source.fileName,
    ...placeOf(source.text, `\${${name}}`),
    path: "",
  }));
}

/** Of the first reference in the text; its beginning where the file's syntax hides it. */
function placeOf(text: string, reference: string): Pick<Diagnostic, "line" | "column" | "length"> {
  const at = text.indexOf(reference);
  if (at === -1) return { line: 1, column: 1, length: 1 };
  const before = text.slice(0, at).split("\n");
  return {
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    length: reference.length,
  };
}
