import { LONGEST_TAG_VALUE, OWN_TAGS } from "../plan/tags.js";
import type { Problem } from "./problem.js";

/** EC2's limits. */
const LONGEST_TAG_KEY = 128;
/** Of the 50 that EC2 allows; the rest is for spawn's own. */
const MOST_OWN_TAGS = 35;

/**
 * What of the user's own tags EC2 would refuse, or spawn's own would take the place of.
 */
export function tagProblems(tags: Readonly<Record<string, string>>): readonly Problem[] {
  const messages = Object.entries(tags).flatMap(([key, value]) => {
    const why = whyRefused(key, value);
    return why === undefined ? [] : [`the tag ${JSON.stringify(key)} ${why}`];
  });
  const count = Object.keys(tags).length;
  if (count > MOST_OWN_TAGS)
    messages.push(`there are ${count} tags, and beside spawn's own an instance can have ${MOST_OWN_TAGS}`);
  return messages.map((message) => ({ code: "bad-arguments", message }));
}

function whyRefused(key: string, value: string): string | undefined {
  if (key === "Name") return "is the instance's name: give it with --name";
  if (OWN_TAGS.has(key)) return "is one of spawn's own: choose another key";
  if (/^aws:/i.test(key)) return "is one of AWS's own: choose another key";
  if (key === "" || key.length > LONGEST_TAG_KEY)
    return `has a key of ${key.length} characters: EC2 takes 1 to ${LONGEST_TAG_KEY}`;
  if (value.length > LONGEST_TAG_VALUE)
    return `has a value of ${value.length} characters: EC2 takes ${LONGEST_TAG_VALUE}`;
  return undefined;
}
