import type { Redis } from "ioredis";

/** From how far on two clocks tell a different time. */
const SKEW_MS = 2_000;

/** What about the server may lose jobs or their order, a sentence each. */
export async function serverWarnings(client: Redis, name: string): Promise<readonly string[]> {
  const asked = Date.now();
  const [seconds] = await client.time();
  const answered = Date.now();
  const info = await client.info();
  const of = (field: string): string | undefined => new RegExp(`^${field}:(.*?)\\r?$`, "m").exec(info)?.[1];

  const warnings: string[] = [];
  const policy = of("maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    warnings.push(
      `${name} may throw jobs away when its memory is full: maxmemory-policy is ${policy}, and should be noeviction`,
    );
  }
  if (of("aof_enabled") === "0") {
    warnings.push(`${name} keeps no append-only file: a restart loses what is newer than its last snapshot`);
  }
  const serverMs = Number(seconds) * 1000;
  const skewMs = serverMs < asked ? asked - serverMs - 1000 : serverMs - answered;
  if (skewMs > SKEW_MS) {
    warnings.push(
      `the clocks of this machine and of ${name} differ by ${Math.round(skewMs / 1000)} s: retries may wait longer`,
    );
  }
  return warnings;
}
