import type { Ec2Instance } from "../instances/ec2-instance.js";
import { LAUNCH_TAG } from "../plan/names.js";
import type { Intent } from "./intent-file.js";

/** Whether an instance came of this launch. Others may have launched the same queue meanwhile, from elsewhere. */
export function isMadeBy({ launch_id }: Pick<Intent, "launch_id">, { tags }: Ec2Instance): boolean {
  return tags?.[LAUNCH_TAG] === launch_id;
}
