import type { KeptNotice } from "@spawn/status-model";
import type { Palette } from "./palette.js";

/** That an instance stays, until when, and what to do about it: one short line each. */
export function keptBlock({ lines, hints }: KeptNotice, palette: Palette): readonly string[] {
  const [first = "", ...others] = lines;
  return [
    `${palette.warn("⚠")} ${first}`,
    ...others.map((line) => `  ${line}`),
    ...hints.map(({ text, command }) => `  ${text}: ${palette.strong(command)}`),
  ];
}
