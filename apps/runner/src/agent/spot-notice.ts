import * as z from "zod";
import type { Imds } from "./imds.js";

/** EC2 takes a spot instance back. */
export interface SpotNotice {
  readonly action: "terminate" | "stop" | "hibernate";
  /** Wall clock, ms since the Unix epoch: about when. */
  readonly at: number;
}

/** How long before it takes an instance back EC2 says so. */
const NOTICE_MS = 2 * 60_000;

const noticeSchema = z.object({
  action: z.enum(["terminate", "stop", "hibernate"]),
  time: z.iso.datetime({ offset: true }),
});

/**
 * @returns `undefined` while there is none. One that cannot be read is one all the same: EC2 says something there.
 * @throws SpawnError `not-supported` where the metadata service does not answer.
 */
export async function readSpotNotice(imds: Imds, nowMs: number): Promise<SpotNotice | undefined> {
  const text = await imds.get("meta-data/spot/instance-action");
  if (text === undefined) return undefined;
  try {
    const { action, time } = noticeSchema.parse(JSON.parse(text));
    return { action, at: Date.parse(time) };
  } catch {
    return { action: "terminate", at: nowMs + NOTICE_MS };
  }
}
