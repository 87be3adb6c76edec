import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The region that the AWS config file names for the profile in use; `undefined` where it names none. */
export async function configuredRegion(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | undefined> {
  const files = [
    env.AWS_CONFIG_FILE ?? join(homedir(), ".aws", "config"),
    env.AWS_SHARED_CREDENTIALS_FILE ?? join(homedir(), ".aws", "credentials"),
  ];
  // Most of the cost is loading the SDK.
  if (!files.some((path) => existsSync(path))) return undefined;
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { STS } = await import("@aws-sdk/client-sts");
  const client = new STS({});
  try {
    return await client.config.region();
  } catch {
    // What it throws says that there is none, or that the file cannot be read: the credentials in it will say that better.
    return undefined;
  } finally {
    client.destroy();
  }
}
