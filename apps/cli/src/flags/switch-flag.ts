import { Flags, type Interfaces } from "@oclif/core";

/**
 * A flag without a value. Unset it is `undefined`, which the framework's own type leaves out; a default would make it
 * count as given where another flag needs or excludes it.
 */
export function switchFlag(
  options: Partial<Interfaces.BooleanFlag<boolean | undefined>>,
): Interfaces.BooleanFlag<boolean | undefined> {
  return Flags.boolean<boolean | undefined>(options);
}
