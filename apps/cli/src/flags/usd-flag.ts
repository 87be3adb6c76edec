import { Flags } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";

/** A flag that takes an amount of US dollars: `50`, `12.50`, `$50`. */
export const usdFlag = Flags.custom<number>({
  helpValue: "USD",
  parse: async (text, _context, options) => {
    const amount = /^\$?(\d+(?:\.\d{1,2})?)$/.exec(text.trim())?.[1];
    if (amount !== undefined && Number(amount) > 0) return Number(amount);
    throw new SpawnError("bad-arguments", `--${options.name} ${text}: not an amount of US dollars`, {
      hint: "Write 50 or 12.50.",
    });
  },
});
