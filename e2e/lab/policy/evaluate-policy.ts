/** What somebody wants to do, as IAM asks it of policies. */
export interface Question {
  /** `ec2:TerminateInstances`. */
  readonly action: string;
  /** An ARN, or `*` for what has none. */
  readonly resource: string;
  /** Values of the condition keys, such as `aws:ResourceTag/team`; a key that is absent has no value. */
  readonly context: Readonly<Record<string, string>>;
}

export type Verdict = "allowed" | "denied" | "not-allowed";

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

type OneOrMore = string | readonly string[];

/**
 * What identity policies say: a denial beats all, nothing said is a no. By the rules of the IAM user guide ("Policy
 * evaluation logic"), without what the project's policies do not use.
 *
 * @param documents the policies' texts
 * @throws Error for an element or a condition operator that is not known here.
 */
export function evaluatePolicies(documents: readonly string[], question: Question): Verdict {
  const statements = documents.flatMap((text) => {
    const { Statement } = JSON.parse(text) as { readonly Statement: Statement | readonly Statement[] };
    return Array.isArray(Statement) ? (Statement as readonly Statement[]) : [Statement as Statement];
  });
  const applying = statements.filter((statement) => applies(statement, question));
  if (applying.some(({ Effect }) => Effect === "Deny")) return "denied";
  return applying.some(({ Effect }) => Effect === "Allow") ? "allowed" : "not-allowed";
}

const ELEMENTS = new Set(["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"]);

function applies(statement: Statement, { action, resource, context }: Question): boolean {
  const unknown = Object.keys(statement).find((name) => !ELEMENTS.has(name));
  if (unknown !== undefined) throw new Error(`a policy's statement has the element ${unknown}`);
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const isAction = (pattern: string): boolean => isLike(action.toLowerCase(), pattern.toLowerCase());
  const isResource = (pattern: string): boolean => isLike(resource, filled(pattern, context));
  return (
    (Action === undefined ? !list(NotAction).some(isAction) : list(Action).some(isAction)) &&
    (Resource === undefined ? !list(NotResource).some(isResource) : list(Resource).some(isResource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) =>
        holds(operator, valueOfKey(context, key), list(values), context),
      ),
    )
  );
}

type Comparison = (value: string, pattern: string) => boolean;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  StringEquals: (value, pattern) => value === pattern,
  StringEqualsIgnoreCase: (value, pattern) => value.toLowerCase() === pattern.toLowerCase(),
  StringLike: isLike,
  ArnEquals: isLike,
  ArnLike: isLike,
  Bool: (value, pattern) => value.toLowerCase() === pattern.toLowerCase(),
};

function holds(
  operator: string,
  value: string | undefined,
  patterns: readonly string[],
  context: Question["context"],
): boolean {
  if (operator === "Null") return patterns.includes(String(value === undefined));
  const ifExists = operator.endsWith("IfExists");
  const name = operator.replace(/IfExists$/, "");
  const isNegative = /^(String|Arn)Not/.test(name);
  const compare = COMPARISONS[name.replace(/^(String|Arn)Not/, "$1")];
  if (compare === undefined) throw new Error(`a policy has the condition operator ${operator}`);
  // A key without a value matches nothing, which is what a negated operator asks for.
  if (value === undefined) return ifExists || isNegative;
  return patterns.some((pattern) => compare(value, filled(pattern, context))) !== isNegative;
}

/** Names of condition keys are not case-sensitive, but for a tag's. */
function valueOfKey(context: Question["context"], key: string): string | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

/** Policy variables, such as `${ec2:SourceInstanceARN}`. */
function filled(pattern: string, context: Question["context"]): string {
  return pattern.replace(/\$\{([^}]+)\}/g, (_whole, key: string) => valueOfKey(context, key) ?? "");
}

function list(value: OneOrMore | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}
