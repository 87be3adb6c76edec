import { createHash } from "node:crypto";
import { SpawnError } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { explainAwsError, kindOf } from "../aws/aws-errors.js";
import { MANAGED_TAG } from "../plan/names.js";
import { tagList } from "../plan/tags.js";

/** @throws SpawnError `bad-arguments` for what is no public key. */
export function keyName(publicKey: string): string {
  const [type, blob] = publicKey.trim().split(/\s+/);
  if (!/^(ssh-rsa|ssh-ed25519)$/.test(type ?? "") || blob === undefined) {
    throw new SpawnError("bad-arguments", "this is no public ssh key that EC2 takes", {
      hint: "Name an RSA or ED25519 public key file, such as ~/.ssh/id_ed25519.pub.",
    });
  }
  return `spawn-${createHash("sha256").update(Buffer.from(blob, "base64")).digest("hex").slice(0, 16)}`;
}

/** Makes the user's public key known to EC2, unless it is; returns its name there. */
export async function importKey(clients: AwsClients, publicKey: string): Promise<string> {
  const KeyName = keyName(publicKey);
  const TagSpecifications = [{ ResourceType: "key-pair" as const, Tags: tagList({ [MANAGED_TAG]: "true" }) }];
  try {
    const PublicKeyMaterial = Buffer.from(publicKey.trim());
    await (await clients.ec2()).importKeyPair({ KeyName, PublicKeyMaterial, TagSpecifications });
  } catch (error) {
    if (kindOf(error) !== "exists") throw explainAwsError("the ssh key cannot be imported", error);
  }
  return KeyName;
}
