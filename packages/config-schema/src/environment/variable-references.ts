/** A `${NAME}` or `${NAME:-default}` in a value. */
interface VariableReference {
  readonly name: string;
  /** What stands for a variable that is not set, or empty; taken literally. */
  readonly defaultText?: string;
}

/** A value, cut where variables are referenced. */
export type ValuePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reference"; readonly reference: VariableReference }
  /** Begins like a reference and is none: `${`, `${1}`, `${A:?}`. Stays as it is. */
  | { readonly kind: "malformed"; readonly text: string };

const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}$/;

/**
 * Cuts a value into text and references. `$${` stands for a literal `${`; a `$` before anything else but `{` is only a
 * dollar sign. A default goes to the first `}` and holds no references.
 */
export function parseValue(value: string): readonly ValuePart[] {
  const parts: ValuePart[] = [];
  let from = 0;
  for (let at = value.indexOf("${"); at !== -1; at = value.indexOf("${", from)) {
    if (at > from && value[at - 1] === "$") {
      parts.push({ kind: "text", text: `${value.slice(from, at - 1)}\${` });
      from = at + 2;
      continue;
    }
    if (at > from) parts.push({ kind: "text", text: value.slice(from, at) });
    const end = value.indexOf("}", at);
    const text = end === -1 ? value.slice(at) : value.slice(at, end + 1);
    parts.push(referencePart(text));
    from = at + text.length;
  }
  if (from < value.length) parts.push({ kind: "text", text: value.slice(from) });
  return parts;
}

function referencePart(text: string): ValuePart {
  const [, name, defaultText] = REFERENCE.exec(text) ?? [];
  if (name === undefined || defaultText?.includes("${")) return { kind: "malformed", text };
  return { kind: "reference", reference: { name, ...(defaultText !== undefined && { defaultText }) } };
}
