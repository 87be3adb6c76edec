export type GcKind = "instance" | "role" | "parameters" | "schedule" | "security-group" | "key-pair";

/** Something of spawn's that nothing needs any more. */
export interface GcItem {
  readonly kind: GcKind;
  /** Empty for what belongs to no region. */
  readonly region: string;
  /** An instance id, a name or a path. */
  readonly id: string;
  /** Why it is here. */
  readonly reason: string;
}

export interface GcReport {
  readonly found: readonly GcItem[];
  /** What nothing seems to need but may be a launch's that is under way: made less than half an hour ago, and left alone. */
  readonly young: readonly GcItem[];
  /** Of those found; none with `dryRun`. */
  readonly removed: readonly GcItem[];
  readonly failed: readonly { readonly item: GcItem; readonly message: string }[];
  /** Places of which nobody knows what is in them. As long as there are any, nothing found does not mean none. */
  readonly notLookedAt: readonly { readonly place: string; readonly reason: string }[];
  /** What somebody has to look at, such as an instance whose deadline cannot be read. */
  readonly warnings: readonly string[];
}
