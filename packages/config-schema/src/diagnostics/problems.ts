import type { Path, Span } from "../source/located-node.js";
import { DIAGNOSTIC_SEVERITIES, type DiagnosticCode, type Severity } from "./diagnostic.js";

/** Which part of the thing at a path is meant: all of its value, its key, or the first place where a text occurs in it. */
type ProblemPart = "value" | "key" | { readonly text: string };

/** Where a problem is: at a path of the value, or at a place in the text where there is no value to speak of. */
export type ProblemPlace =
  | { readonly path: Path; readonly part?: ProblemPart }
  | { readonly span: Span; readonly path?: never };

/** What to write instead; where finding it is work, how to, and about how many words are looked at for it. */
export type Suggestion = string | { readonly cost: number; find(): string | undefined };

export interface Problem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly suggestion?: Suggestion;
  readonly place: ProblemPlace;
}

/** Errors kept, and warnings kept: nobody reads on, and a hostile file could have millions. */
export const KEPT_LIMIT = 1000;

/** Gathers what is wrong with one file, up to a limit. */
export class Problems {
  readonly #kept: Record<Severity, Problem[]> = { error: [], warning: [] };

  /** Keeps a problem, unless there are too many already. */
  add(code: DiagnosticCode, place: ProblemPlace, message: string, suggestion?: Suggestion): void {
    const kept = this.#kept[DIAGNOSTIC_SEVERITIES[code]];
    if (kept.length >= KEPT_LIMIT) return;
    kept.push({ code, place, message, ...(suggestion !== undefined && { suggestion }) });
  }

  addAll(others: Problems): void {
    for (const { code, place, message, suggestion } of others.all) this.add(code, place, message, suggestion);
  }

  get hasErrors(): boolean {
    return this.#kept.error.length > 0;
  }

  /** Whether another error would not be kept, so that looking for one is in vain. */
  get isFull(): boolean {
    return this.#kept.error.length >= KEPT_LIMIT;
  }

  get isEmpty(): boolean {
    return !this.hasErrors && this.#kept.warning.length === 0;
  }

  /** Those kept, errors first. */
  get all(): readonly Problem[] {
    return [...this.#kept.error, ...this.#kept.warning];
  }
}
