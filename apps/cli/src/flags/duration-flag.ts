import { Flags } from "@oclif/core";
import { parseFlagDuration, SpawnError } from "@spawn/foundation";

/** A flag that takes `90s`, `5m`, `1h30m`; a bare number is seconds. Its value is milliseconds. */
export const durationFlag = Flags.custom<number>({
  helpValue: "DURATION",
  parse: async (text, _context, options) => {
    const ms = parseFlagDuration(text);
    if (ms !== undefined && ms > 0) return ms;
    throw new SpawnError("bad-arguments", `--${options.name} ${text}: not a duration`, {
      hint: "Write 90s, 5m, 1h30m; a bare number is seconds.",
    });
  },
});
