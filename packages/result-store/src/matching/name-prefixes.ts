import { couldCollide } from "./overlap.js";
import { partsOf, possibleNames, type ResultPattern } from "./result-pattern.js";
import { literalSegment, type Segment } from "./segments.js";

/** A pattern whose names carry as many folders of its base as keep them apart from other patterns' names. */
interface Contender {
  readonly bare: readonly (readonly Segment[])[];
  readonly baseParts: readonly string[];
  kept: number;
}

/**
 * How many folders of its base each pattern puts before its names: none where no other pattern could give a name
 * twice; else just enough. Decided by the patterns alone, so that a name never changes while files come and go.
 *
 * @returns for each pattern, in order, what goes before its names: `""`, or folders with a slash at the end.
 */
export function namePrefixes(patterns: readonly ResultPattern[]): readonly string[] {
  const contenders = patterns.map((pattern) => ({
    bare: possibleNames(pattern),
    baseParts: partsOf(pattern.base),
    kept: 0,
  }));
  // Each round keeps one more folder somewhere; with all of them kept, all names start at the root.
  for (let rivals = findRivals(contenders); rivals.size > 0; rivals = findRivals(contenders)) {
    for (const contender of rivals) contender.kept += 1;
  }
  return contenders.map((contender) =>
    keptParts(contender)
      .map((part) => `${part}/`)
      .join(""),
  );
}

/** Those that share a possible name with another one, and have a folder left to add. */
function findRivals(contenders: readonly Contender[]): ReadonlySet<Contender> {
  const rivals = new Set<Contender>();
  for (const [index, contender] of contenders.entries()) {
    for (const other of contenders.slice(index + 1)) {
      if (sameFiles(contender, other) || !namesCollide(contender, other)) continue;
      for (const one of [contender, other]) if (one.kept < one.baseParts.length) rivals.add(one);
    }
  }
  return rivals;
}

/** Where names start at the same folder, a name given twice is one file matched twice. */
function sameFiles(left: Contender, right: Contender): boolean {
  return startOf(left) === startOf(right);
}

function startOf({ baseParts, kept }: Contender): string {
  return baseParts.slice(0, baseParts.length - kept).join("/");
}

function namesCollide(left: Contender, right: Contender): boolean {
  const rightNames = namesOf(right);
  return namesOf(left).some((name) => rightNames.some((other) => couldCollide(name, other)));
}

function namesOf(contender: Contender): readonly (readonly Segment[])[] {
  const prefix = keptParts(contender).map(literalSegment);
  return contender.bare.map((parts) => [...prefix, ...parts]);
}

function keptParts({ baseParts, kept }: Contender): readonly string[] {
  return kept === 0 ? [] : baseParts.slice(-kept);
}
