import type { QueueStatus } from "@spawn/status-model";
import type { Palette } from "./palette.js";

/** How a queue on EC2 that failed goes on with files that were changed here since. @param ref what later commands call it by */
export function shipHint({ status }: QueueStatus, ref: string, palette: Palette): readonly string[] {
  if (status !== "failed") return [];
  return [
    `With a work folder that changed since: ${palette.strong(`spawn queue resume ${ref} --workdir DIR`)}`,
  ];
}
