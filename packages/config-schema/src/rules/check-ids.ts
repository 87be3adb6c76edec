import type { Problems } from "../diagnostics/problems.js";
import { quote } from "../schema/describe-value.js";
import { ID_PATTERN } from "../schema/patterns.js";
import type { QueueDraft } from "../schema/queue-draft.js";
import type { Path } from "../source/located-node.js";
import { RESERVED_JOB_IDS } from "./reserved-ids.js";

const LONGEST_ID = 128;

/**
 * The queue's id, and the jobs' ids: their form, and that no two are the same, ignoring case.
 *
 * @returns the ids of all jobs.
 */
export function checkIds(draft: QueueDraft, problems: Problems): ReadonlySet<string> {
  if (draft.queue_id !== undefined) checkId(draft.queue_id, ["queue_id"], problems);
  const ids = new Set<string>();
  const firstWith = new Map<string, string>();
  for (const [position, { job_id: id }] of draft.jobs.entries()) {
    if (id === undefined) continue;
    ids.add(id);
    const path = ["jobs", position, "job_id"];
    checkId(id, path, problems);
    const folded = id.toLowerCase();
    if (RESERVED_JOB_IDS.has(folded)) reportReserved(id, path, problems);
    const first = firstWith.get(folded);
    if (first === undefined) firstWith.set(folded, id);
    else reportDuplicate(id, first, path, problems);
  }
  return ids;
}

function reportReserved(id: string, path: Path, problems: Problems): void {
  problems.add(
    "reserved-id",
    { path },
    `"${id}" cannot be a job's id: spawn keeps something of its own under that name`,
    `write another id, such as "${id.replace(/\..*$/, "")}-job"`,
  );
}

function reportDuplicate(id: string, first: string, path: Path, problems: Problems): void {
  const message =
    id === first
      ? `two jobs have the id ${quote(id)}`
      : `the ids ${quote(first)} and ${quote(id)} differ only in case, and ids are also folder names`;
  problems.add("duplicate-id", { path }, message, "give each job an id of its own");
}

function checkId(id: string, path: Path, problems: Problems): void {
  if (ID_PATTERN.test(id)) return;
  if (/[/\\]/.test(id)) {
    problems.add(
      "path-in-id",
      { path },
      `the id ${quote(id)} is a path; an id is a plain name`,
      suggestId(id),
    );
    return;
  }
  problems.add(
    "bad-id",
    { path },
    `${quote(id)} cannot be an id: ${complaint(id)}`,
    suggestId(id) ?? "use letters, digits, '.', '_' and '-', a letter or digit first",
  );
}

function complaint(id: string): string {
  if (id === "") return "it is empty";
  if (id.length > LONGEST_ID) return `it has ${id.length} characters, and at most ${LONGEST_ID} are allowed`;
  const odd = [...id].find((character) => !/[A-Za-z0-9._-]/.test(character));
  return odd === undefined ? "it must begin with a letter or a digit" : `it contains ${JSON.stringify(odd)}`;
}

function suggestId(id: string): string | undefined {
  const repaired = id
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .replace(/-+$/, "")
    .slice(0, LONGEST_ID);
  return ID_PATTERN.test(repaired) ? `write "${repaired}"` : undefined;
}
