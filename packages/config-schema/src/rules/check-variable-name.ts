import type { Problems } from "../diagnostics/problems.js";
import { quote } from "../schema/describe-value.js";
import { PROVIDED_VARIABLE_PATTERN, VARIABLE_NAME_PATTERN } from "../schema/patterns.js";
import type { Path } from "../source/located-node.js";

/** The name of an environment variable that a queue file defines; the path ends with it. */
export function checkVariableName(name: string, path: Path, problems: Problems): void {
  const place = { path, part: "key" } as const;
  if (!VARIABLE_NAME_PATTERN.test(name)) {
    problems.add(
      "bad-variable-name",
      place,
      `${quote(name)} cannot be the name of a variable`,
      "use letters, digits and '_', no digit first",
    );
  } else if (PROVIDED_VARIABLE_PATTERN.test(name)) {
    problems.add(
      "provided-variable",
      place,
      `spawn itself sets ${name} for each attempt`,
      "choose a name that is neither QUEUE_ID, JOB_ID nor JOB_ATTEMPT and does not begin with SPAWN_",
    );
  }
}
