import type { Clock, Random } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";
import type { AwsClients } from "./aws/aws-clients.js";
import type { Processes } from "./launch/reconcile.js";
import type { Architecture } from "./plan/images.js";

/** What a launcher on EC2 works with; whoever makes it owns it all, and closes the clients. */
export interface Ec2Parts {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly random: Random;
  readonly processes: Processes;
  /** Where launches that are under way are written down. */
  readonly stateFolder: string;
  /** When an instance was launched from here, in milliseconds since the Unix epoch; unsaid: nobody knows. */
  readonly launchedAtMs?: (instanceId: string) => number | undefined;
  /** The result store in `bucket` below `prefix`. */
  readonly store: ResultStore;
  readonly bucket: string;
  /** `` or ending with a slash. */
  readonly prefix: string;
  /** The runner's program by architecture; absent where none was built. */
  readonly runners: Readonly<Partial<Record<Architecture, string>>>;
  /** For the tag `spawn:created-by`. */
  readonly createdBy: string;
  /** How long an instance that drains may say nothing. Default 90 s. */
  readonly silentMs?: number;
}
