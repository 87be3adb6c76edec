import type { Path, Span } from "../source/located-node.js";
import { DIAGNOSTIC_SEVERITIES, type DiagnosticCode, type Severity } from "./diagnostic.js";

/** Which part of the thing at a path is meant: all of its value, its key, or the first place where a text occurs in it. */
export type ProblemPart = "value" | "key" | { readonly text: string };

/** Where a problem is: at a path of the value, or at a place in the text where there is no value to speak of. */
export type ProblemPlace =
  | { readonly path: Path; readonly part?: ProblemPart }
  | { readonly span: Span; readonly path?: never };

export interface Problem {
  readonly code: DiagnosticCode;
  readonly message: string;
  /** What to write instead; a function where finding it is work, called for the problems that are shown. */
  readonly suggestion?: string | (() => string | undefined);
  readonly place: ProblemPlace;
}

/** Errors kept, and warnings kept; more are counted. Nobody reads on, and a hostile file could have millions. */
const KEPT = 1000;

/** Gathers what is wrong with one file. */
export class Problems {
  readonly #kept: Record<Severity, Problem[]> = { error: [], warning: [] };
  #omitted = 0;

  add(
    code: DiagnosticCode,
    place: ProblemPlace,
    message: string,
    suggestion?: string | (() => string | undefined),
  ): void {
    const kept = this.#kept[DIAGNOSTIC_SEVERITIES[code]];
    if (kept.length >= KEPT) this.#omitted += 1;
    else kept.push({ code, place, message, ...(suggestion !== undefined && { suggestion }) });
  }

  addAll(others: Problems): void {
    for (const { code, place, message, suggestion } of others.all) this.add(code, place, message, suggestion);
    this.#omitted += others.omitted;
  }

  get hasErrors(): boolean {
    return this.#kept.error.length > 0;
  }

  get isEmpty(): boolean {
    return !this.hasErrors && this.#kept.warning.length === 0;
  }

  /** Those kept, errors first. */
  get all(): readonly Problem[] {
    return [...this.#kept.error, ...this.#kept.warning];
  }

  /** How many were found beyond those kept. */
  get omitted(): number {
    return this.#omitted;
  }
}
