import type { LocatedNode } from "./located-node.js";

/** A file that could be read: its value, and where each part of it stands. */
export interface SourceDocument {
  /** The text that positions count in. */
  readonly text: string;
  readonly value: unknown;
  /** The same value with positions. May have to read the text once more, so it is asked only when there is a problem. */
  root(): LocatedNode;
}
