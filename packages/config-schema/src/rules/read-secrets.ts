import type { Problems } from "../diagnostics/problems.js";
import { quote } from "../schema/describe-value.js";
import { SECRET_PATTERN } from "../schema/patterns.js";
import type { JobDraft } from "../schema/queue-draft.js";
import type { Path } from "../source/located-node.js";
import type { SecretRef } from "../spec/queue-spec.js";
import { checkVariableName } from "./check-variable-name.js";

const NOTHING: Readonly<Record<string, SecretRef>> = Object.freeze({});

/** Where a job's secrets are kept, by the variable that gets each. */
export function readSecrets(
  job: JobDraft,
  path: Path,
  problems: Problems,
): Readonly<Record<string, SecretRef>> {
  if (job.secrets === undefined) return NOTHING;
  const secrets: [string, SecretRef][] = [];
  for (const [name, text] of Object.entries(job.secrets)) {
    const place = [...path, "secrets", name];
    checkVariableName(name, place, problems);
    if (job.environment !== undefined && Object.hasOwn(job.environment, name)) {
      problems.add(
        "secret-in-environment",
        { path: place, part: "key" },
        `${name} is in this job's environment as well`,
        "keep one of the two",
      );
    }
    const reference = parseSecret(text);
    if (reference?.store === "ssm" && isSpawns(reference.path)) {
      problems.add(
        "bad-secret",
        { path: place },
        `${quote(text)} is where spawn keeps variables on their way to instances`,
        "keep the secret under a path of your own; a variable is carried by ${NAME} in the job's environment",
      );
    } else if (reference !== undefined) secrets.push([name, reference]);
    else {
      problems.add(
        "bad-secret",
        { path: place },
        `${quote(text)} does not say where a secret is kept`,
        'write "ssm:/path/of/parameter" or "secretsmanager:name"',
      );
    }
  }
  return Object.fromEntries(secrets);
}

/** Each queue reads its own there, and no other's. */
function isSpawns(path: string): boolean {
  return /^\/+spawn(\/|$)/i.test(path);
}

function parseSecret(text: string): SecretRef | undefined {
  if (!SECRET_PATTERN.test(text)) return undefined;
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  return text.startsWith("ssm:") ? { store: "ssm", path: rest } : { store: "secretsmanager", id: rest };
}
