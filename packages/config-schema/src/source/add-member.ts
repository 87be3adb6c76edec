import type { Problems } from "../diagnostics/problems.js";
import type { LocatedMember, LocatedNode, Span } from "./located-node.js";

export type MemberMap = Map<string, LocatedMember>;

/** Adds a member to an object, or reports why its key cannot be used; of a repeated key the first one stays. */
export function addMember(
  members: MemberMap,
  key: string,
  keySpan: Span,
  value: LocatedNode,
  problems: Problems,
): void {
  if (key === "__proto__") {
    problems.add(
      "unknown-key",
      { span: keySpan },
      'the key "__proto__" cannot be used',
      "choose another name",
    );
  } else if (members.has(key)) {
    problems.add(
      "duplicate-key",
      { span: keySpan },
      `the key "${key}" is given twice here`,
      "keep one of the two",
    );
  } else {
    members.set(key, { keySpan, value });
  }
}
