import { isAbsolute } from "node:path";

/** A folder as it is shown: `./results/x/` for what is relative, a slash at the end. */
export function shownFolder(path: string): string {
  const closed = path.endsWith("/") ? path : `${path}/`;
  return isAbsolute(closed) || /^\.{1,2}\//.test(closed) ? closed : `./${closed}`;
}
