import { createRequire } from "node:module";
import { resolve } from "node:path";

const requireAsStore = createRequire(resolve(import.meta.dirname, "../packages/result-store/package.json"));

/**
 * A bucket of a server, for making it and for looking at what the contenders have left.
 *
 * @param {{ endpoint: string, keys: Readonly<Record<string, string>> }} server
 * @param {string} name
 */
export async function makeBucket({ endpoint, keys }, name) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { CreateBucketCommand, ListObjectsV2Command, S3Client } = requireAsStore("@aws-sdk/client-s3");
  const credentials = { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY };
  const client = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return {
    name,
    /** @returns {Promise<{ files: number, bytes: number }>} */
    async objectsBelow(prefix) {
      const found = { files: 0, bytes: 0 };
      let ContinuationToken;
      do {
        const command = new ListObjectsV2Command({ Bucket: name, Prefix: prefix, ContinuationToken });
        const { Contents = [], NextContinuationToken } = await client.send(command);
        found.files += Contents.length;
        found.bytes += Contents.reduce((sum, { Size }) => sum + Size, 0);
        ContinuationToken = NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return found;
    },
  };
}
