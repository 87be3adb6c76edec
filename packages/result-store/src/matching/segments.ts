import picomatch from "picomatch";

/** One part of a pattern, between two slashes. */
export type Segment =
  /** `**`: any number of folders whose names do not begin with a dot. */
  | { readonly kind: "any-depth" }
  | { readonly kind: "literal"; readonly name: string }
  /** Every match begins with `head` and ends with `tail`. */
  | {
      readonly kind: "glob";
      readonly head: string;
      readonly tail: string;
      matches(name: string): boolean;
    };

const ANY_DEPTH: Segment = { kind: "any-depth" };

/** Unescaped `*`, `?`, and `[` and `{` that are closed again. */
const GLOB_CHARACTER = /(?<!\\)(?:\\\\)*(?:[*?]|\[(?=[^/]*\])|\{(?=.*\}))/;

/** Where the first glob character stands; `undefined` in a text without any. */
export function firstGlobCharacter(text: string): number | undefined {
  const found = GLOB_CHARACTER.exec(text);
  return found === null ? undefined : found.index + found[0].length - 1;
}

/** Takes the backslash from before glob characters. */
export function unescapeGlob(text: string): string {
  return text.replace(/\\([*?[\]{}\\])/g, "$1");
}

/** Reads one part of a pattern. Braces are expanded before, so that a brace here stands for itself. */
export function segmentOf(text: string): Segment {
  if (text === "**") return ANY_DEPTH;
  if (!/(?<!\\)(?:\\\\)*[*?[]/.test(text)) return literalSegment(unescapeGlob(text));
  const matches = picomatch(escapeOtherSyntax(text), {
    noextglob: true,
    nobrace: true,
    posix: true,
    flags: "s",
  });
  const head = /^[^*?[\\]*/.exec(text)?.[0] ?? "";
  const tail = /[^*?\]\\]*$/.exec(text)?.[0] ?? "";
  return { kind: "glob", head, tail, matches: (name) => matches(name) };
}

export function literalSegment(name: string): Segment {
  return { kind: "literal", name };
}

export function anyDepth(): Segment {
  return ANY_DEPTH;
}

/** Outside of brackets picomatch gives a meaning to more than `*`, `?` and `[]`; a queue file does not. */
function escapeOtherSyntax(text: string): string {
  return text.replace(/\\.|\[[^\]]+\]|[()|+@!$^"{}]/gs, (part) => (part.length > 1 ? part : `\\${part}`));
}
