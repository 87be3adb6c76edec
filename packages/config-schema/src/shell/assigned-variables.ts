/** What a command defines for itself. */
export interface ShellDefinitions {
  readonly names: ReadonlySet<string>;
  /** It reads definitions from elsewhere (`source`, `.`, `eval`), so that anything may be defined. */
  readonly open: boolean;
}

const START = "(?:^|[\\s;&|({`])";
const NAME = "[A-Za-z_][A-Za-z0-9_]*";

const ASSIGNMENT = new RegExp(`${START}(${NAME})(?:\\[[^\\]\\s]{0,100}\\])?\\+?=`, "g");
const LOOP = new RegExp(`${START}(?:for|select)\\s+(${NAME})`, "g");
const DECLARATION = new RegExp(
  `${START}(?:export|local|declare|typeset|readonly|read|mapfile|readarray|getopts|printf\\s+-v|let|unset)\\s+([^;&|\\n<>)]*)`,
  "g",
);
const OPEN = new RegExp(`${START}(?:source|eval|\\.)\\s`);

/**
 * The names that a command assigns, anywhere in it.
 *
 * @param bare The command without what is quoted, as `scanCommand` gives it.
 */
export function assignedVariables(bare: string): ShellDefinitions {
  const names = new Set<string>();
  for (const pattern of [ASSIGNMENT, LOOP]) {
    for (const [, name = ""] of bare.matchAll(pattern)) names.add(name);
  }
  for (const [, words = ""] of bare.matchAll(DECLARATION)) {
    for (const word of words.split(/[\s=]+/)) names.add(word);
  }
  return { names, open: OPEN.test(bare) };
}
