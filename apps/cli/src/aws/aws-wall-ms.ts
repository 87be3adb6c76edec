import type { Clock } from "@spawn/foundation";
import type { Ec2Access } from "./ec2-access.js";

/**
 * The wall clock by which a store's times are to be held: AWS's own, as far as AWS has answered. This machine's may be off, and
 * whoever is heard is not to be taken for silent for that.
 */
export function awsWallMs({ clients }: Pick<Ec2Access, "clients">, clock: Clock): () => number {
  return () => clients.awsNowMs() ?? clock.wallMs();
}
