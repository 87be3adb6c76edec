import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { SecretRef } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import type { SecretSource } from "../secret-source.js";
import { awsFailure } from "./aws-failure.js";
import { awsSettings } from "./aws-settings.js";

/** Fetches secrets with the instance's role, each time anew: a value that was changed is the new one. */
export function awsSecrets(region: string): SecretSource {
  return {
    async fetch(secrets) {
      const entries = Object.entries(secrets).map(
        async ([name, secret]) => [name, await secretValue(secret, region)] as const,
      );
      return Object.fromEntries(await Promise.all(entries));
    },
  };
}

async function secretValue(secret: SecretRef, region: string): Promise<string> {
  const place = secret.store === "ssm" ? `ssm:${secret.path}` : `secretsmanager:${secret.id}`;
  let value: string | undefined;
  try {
    value = secret.store === "ssm" ? await parameter(secret.path, region) : await managed(secret.id, region);
  } catch (error) {
    throw awsFailure(`the secret ${place} cannot be fetched`, error);
  }
  if (value !== undefined) return value;
  throw new SpawnError("not-supported", `the secret ${place} has no text, which a variable must be`);
}

async function parameter(path: string, region: string): Promise<string | undefined> {
  const client = new SSMClient(awsSettings(region));
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: path, WithDecryption: true }));
    return Parameter?.Value;
  } finally {
    client.destroy();
  }
}

async function managed(id: string, region: string): Promise<string | undefined> {
  const client = new SecretsManagerClient(awsSettings(region));
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    return SecretString;
  } finally {
    client.destroy();
  }
}
