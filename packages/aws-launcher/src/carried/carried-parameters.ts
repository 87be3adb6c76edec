import { SpawnError } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { awsErrorName, explainAwsError, kindOf } from "../aws/aws-errors.js";
import { together } from "../aws/together.js";
import { carriedPath } from "../plan/names.js";
import { queueTags, tagList } from "../plan/tags.js";

/** What a standard parameter holds; an advanced one costs a little and holds twice as much. */
const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;
/** SSM takes a few a second. */
const STORED_AT_ONCE = 3;
/** The most names that one call deletes. */
const DELETED_AT_ONCE = 10;

/** What is wrong with carried variables, by name, without their values. */
export function carriedProblems(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (value === "")
      return [`${name} is empty, which SSM cannot hold: write \${${name}:-} where it is used`];
    if (/\{\{.*\}\}/s.test(value))
      return [`${name} has {{…}} in it, which SSM takes for another parameter's name and refuses`];
    const bytes = Buffer.byteLength(value);
    if (bytes <= ADVANCED_BYTES) return [];
    return [`${name} is ${bytes} bytes long: at most ${ADVANCED_BYTES} can be carried to an instance`];
  });
}

/**
 * Stores the variables that a queue's jobs get, encrypted, where its instance alone can read them.
 *
 * @throws SpawnError `bad-arguments`, `permission-denied`, `aws-failed`; none holds a value.
 */
export async function storeCarried(
  clients: AwsClients,
  queueId: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const problems = carriedProblems(variables);
  if (problems.length > 0) throw new SpawnError("bad-arguments", problems.join("; "));
  const all = Object.entries(variables);
  for (let at = 0; at < all.length; at += STORED_AT_ONCE) {
    const some = all.slice(at, at + STORED_AT_ONCE);
    await together(some.map(([name, value]) => storeOne(clients, queueId, name, value)));
  }
}

async function storeOne(clients: AwsClients, queueId: string, name: string, value: string): Promise<void> {
  const ssm = await clients.ssm();
  const parameter = {
    Name: `${carriedPath(queueId)}${name}`,
    Value: value,
    Type: "SecureString" as const,
    Tier: Buffer.byteLength(value) > STANDARD_BYTES ? ("Advanced" as const) : ("Standard" as const),
  };
  try {
    try {
      await ssm.putParameter({ ...parameter, Tags: tagList(queueTags(queueId)) });
    } catch (error) {
      // Tags and overwriting exclude each other. One that is advanced cannot become a standard one again: SSM then chooses.
      if (kindOf(error) !== "exists") throw error;
      await ssm.putParameter({ ...parameter, Tier: "Intelligent-Tiering", Overwrite: true });
    }
  } catch (error) {
    // AWS's own message, and whatever it hangs on to, may repeat the value.
    const code =
      kindOf(error) === "denied" || kindOf(error) === "credentials" ? "permission-denied" : "aws-failed";
    throw new SpawnError(code, `${name} cannot be stored in SSM for the instance: ${awsErrorName(error)}`);
  }
}

/** Removes what was carried for a queue; nothing is no error. */
export async function removeCarried(clients: AwsClients, queueId: string): Promise<void> {
  const ssm = await clients.ssm();
  try {
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ssm.getParametersByPath({
        Path: carriedPath(queueId),
        WithDecryption: false,
        ...(NextToken === undefined ? {} : { NextToken }),
      });
      for (const { Name } of page.Parameters ?? []) if (Name !== undefined) names.push(Name);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    for (let at = 0; at < names.length; at += DELETED_AT_ONCE) {
      await ssm.deleteParameters({ Names: names.slice(at, at + DELETED_AT_ONCE) });
    }
  } catch (error) {
    throw explainAwsError(`the variables carried for ${queueId} cannot be removed from SSM`, error);
  }
}
