import type { AwsClients } from "../aws/aws-clients.js";
import { awsMessage, explainAwsError, kindOf } from "../aws/aws-errors.js";
import { allOf, type Findings, found, noted } from "./problem.js";

/** Keys that AWS has for each account: whoever may read the secret may decrypt by them. */
const AWS_KEY = /^alias\/aws\//;

/**
 * Whether the secrets are there that a role is made for. They are described, never read: no value comes here.
 *
 * @param secrets `ssm:/path`, `secretsmanager:id`
 */
export async function secretFindings(clients: AwsClients, secrets: readonly string[]): Promise<Findings> {
  return allOf(await Promise.all(secrets.map((secret) => findingsOf(clients, secret))));
}

async function findingsOf(clients: AwsClients, secret: string): Promise<Findings> {
  const colon = secret.indexOf(":");
  const [store, id] = [secret.slice(0, colon), secret.slice(colon + 1)];
  try {
    const described = store === "ssm" ? await parameter(clients, id) : await managed(clients, id);
    if (described === undefined) {
      return found(
        `there is no secret ${secret} in ${clients.region}: make it, or put its name right in the queue file`,
      );
    }
    const { key } = described;
    if (key === undefined || AWS_KEY.test(key)) return noted();
    return noted(
      `${secret} is encrypted by a key of your own (${key}), by which the role that is made may not decrypt: allow kms:Decrypt in a policy file (--iam-policy-file), or in the key's policy`,
    );
  } catch (error) {
    if (kindOf(error) === "denied")
      return noted(`whether there is a secret ${secret} could not be checked: ${awsMessage(error)}`);
    throw explainAwsError(`the secret ${secret} cannot be looked up`, error);
  }
}

/** `undefined` where there is none. */
type Described = { readonly key: string | undefined } | undefined;

async function parameter(clients: AwsClients, path: string): Promise<Described> {
  const ParameterFilters = [{ Key: "Name", Option: "Equals", Values: [path] }];
  const { Parameters = [] } = await (await clients.ssm()).describeParameters({ ParameterFilters });
  const [one] = Parameters;
  return one && { key: one.KeyId };
}

async function managed(clients: AwsClients, id: string): Promise<Described> {
  try {
    const { KmsKeyId } = await (await clients.secretsManager()).describeSecret({ SecretId: id });
    return { key: KmsKeyId };
  } catch (error) {
    if (kindOf(error) === "not-found") return undefined;
    throw error;
  }
}
