import { dirname } from "node:path";
import { removeCgroup, removeFolder, subCgroups } from "./control-file.js";

/** Removes the empty cgroups of a group's attempts, then the group and what is around it, as far as nothing is in them. */
export function removeGroup(group: string): void {
  for (const leaf of subCgroups(group)) removeCgroup(leaf);
  if (removeFolder(group)) removeFolder(dirname(group));
}
