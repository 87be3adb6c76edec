import type { LaunchEvent } from "./launch/launch-events.js";
import type { OnComplete } from "./plan/agent-config.js";

export type MarketChoice =
  | { readonly kind: "on-demand" }
  | {
      readonly kind: "spot";
      /** US dollars an hour; unsaid: up to the on-demand price. */
      readonly maxPrice?: string;
      /** Whether on-demand is taken where no spot instance can be had. */
      readonly orOnDemand: boolean;
    };

export type RoleChoice =
  | {
      readonly kind: "made";
      /** Names as in `POLICY_TEMPLATES`. */
      readonly templates: readonly string[];
      /** Statements of the user's own policy. */
      readonly statements: readonly object[];
      /** What the queue's `secrets` name: `ssm:/path`, `secretsmanager:id`. */
      readonly secrets: readonly string[];
    }
  /** An existing instance profile; spawn neither changes nor removes it. */
  | { readonly kind: "existing"; readonly profile: string };

/** A work folder as it was packed. */
export interface ShippedFolder {
  /** Path of the `tar.gz`; unsaid where the store has it from the launch before. */
  readonly archive?: string;
  /** Of the archive. */
  readonly sha256: string;
  /** Its commit, and whether the folder differed from it; unsaid where it is in no git repository. */
  readonly git?: { readonly commit: string; readonly dirty: boolean };
}

export interface Ec2LaunchRequest {
  readonly queueId: string;
  /** The queue file's text with its `queue_id` set. */
  readonly queueFile: string;
  readonly name?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** At least one; the next is tried where one cannot be had. */
  readonly instanceTypes: readonly string[];
  /** Milliseconds from the launch on, after which the instance ends whatever happens. */
  readonly ttlMs: number;
  readonly idleTimeoutMs?: number;
  readonly onComplete?: OnComplete;
  /** Milliseconds for which an instance stays after a failed queue. */
  readonly keepOnFailureMs: number;
  readonly completionFile?: string;
  readonly completionDelayMs?: number;
  readonly market: MarketChoice;
  readonly role: RoleChoice;
  /** Values by name, for the queue's jobs. They go into SSM as SecureStrings, and nowhere else. */
  readonly carried: Readonly<Record<string, string>>;
  readonly zones?: readonly string[];
  readonly subnetId?: string;
  readonly ami?: string;
  readonly volumeSizeGiB?: number;
  /** Unsaid: no key, and no port is open. */
  readonly ssh?: {
    /** One line of an OpenSSH public key file. */
    readonly publicKey: string;
    /** From where ssh is let in, such as `203.0.113.7/32`. */
    readonly from: string;
  };
  /** Unsaid: the jobs' work folder begins empty. */
  readonly workdir?: ShippedFolder;
  /**
   * The store has nothing of the queue: its id was claimed for this launch. A launch that fails gives it back, unless an
   * instance may be there that needs what lies under it.
   */
  readonly isNew?: boolean;
  /** The queue goes on from its store; its instance before this one is gone. */
  readonly fromStore?: { readonly rerun: readonly string[]; readonly trustCompleted: boolean };
  /** Told what happens while it happens. */
  readonly onEvent?: (event: LaunchEvent) => void;
}
