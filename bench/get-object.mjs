// get-object BUCKET KEY ACCOUNT [LOOKS]: the least that a program with the AWS SDK does to read an object: one GET. With LOOKS
// it then asks so many times whether the object has changed, and says how many milliseconds each took.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";

const [bucket, key, account, looks = "0"] = process.argv.slice(2);
const client = new S3Client({ forcePathStyle: true });
const object = { Bucket: bucket, Key: key, ExpectedBucketOwner: account };
const { Body, ETag } = await client.send(new GetObjectCommand(object));
const text = await Body.transformToString();
if (looks === "0") process.stdout.write(text);

const taken = [];
for (let look = 0; look < Number(looks); look += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const begun = performance.now();
  const error = await client.send(new GetObjectCommand({ ...object, IfNoneMatch: ETag })).catch((it) => it);
  if (error.$metadata?.httpStatusCode === 304) taken.push(performance.now() - begun);
}
if (looks !== "0") process.stdout.write(JSON.stringify(taken));
