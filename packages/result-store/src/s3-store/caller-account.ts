import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { patientRetries } from "./patient-retries.js";
import { type S3ClientOptions, silenceSdk, WAITS } from "./s3-client.js";
import { explainedS3 } from "./s3-errors.js";

/** @throws SpawnError `permission-denied`, `store-failed`. */
export async function callerAccount({ region, patience }: S3ClientOptions): Promise<string> {
  silenceSdk();
  const client = new STSClient({
    ...(region === undefined ? {} : { region }),
    retryStrategy: patientRetries(WAITS[patience].triesForMs),
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  return await explainedS3("asking whose credentials these are", async () => {
    const { Account } = await client.send(new GetCallerIdentityCommand());
    if (Account === undefined) throw new Error("STS named no account");
    return Account;
  });
}
