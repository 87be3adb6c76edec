import type { Segment } from "./segments.js";

/**
 * Whether two patterns could give files one name, ignoring case. Errs on the side of yes: of two globs it compares how
 * they begin and end.
 */
export function couldCollide(left: readonly Segment[], right: readonly Segment[]): boolean {
  const [first, ...restOfLeft] = left;
  const [second, ...restOfRight] = right;
  if (first === undefined) return right.every((segment) => segment.kind === "any-depth");
  if (second === undefined) return left.every((segment) => segment.kind === "any-depth");
  // `**` stands for nothing, or takes one part of the other side and stays.
  if (first.kind === "any-depth" && couldCollide(restOfLeft, right)) return true;
  if (second.kind === "any-depth" && couldCollide(left, restOfRight)) return true;
  if (first.kind === "any-depth") return second.kind !== "any-depth" && couldCollide(left, restOfRight);
  if (second.kind === "any-depth") return couldCollide(restOfLeft, right);
  return partsCouldCollide(first, second) && couldCollide(restOfLeft, restOfRight);
}

type NamePart = Exclude<Segment, { kind: "any-depth" }>;

function partsCouldCollide(left: NamePart, right: NamePart): boolean {
  if (left.kind === "literal" && right.kind === "literal")
    return foldName(left.name) === foldName(right.name);
  const [leftHead, leftTail] = endsOf(left);
  const [rightHead, rightTail] = endsOf(right);
  return (
    (leftHead.startsWith(rightHead) || rightHead.startsWith(leftHead)) &&
    (leftTail.endsWith(rightTail) || rightTail.endsWith(leftTail))
  );
}

function endsOf(part: NamePart): readonly [head: string, tail: string] {
  return part.kind === "literal"
    ? [foldName(part.name), foldName(part.name)]
    : [foldName(part.head), foldName(part.tail)];
}

/** Equal for names that a file system ignoring case, or unicode forms, takes for one. */
function foldName(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
