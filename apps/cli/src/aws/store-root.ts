/** `s3://bucket/prefix/` of a bucket and what keys begin with there, slashes at its ends or not; `undefined` without a bucket. */
export function storeRootFrom(bucket: string | undefined, prefix = ""): string | undefined {
  if (bucket === undefined) return undefined;
  const bare = prefix.replace(/^\/+|\/+$/g, "");
  return `s3://${bucket}/${bare === "" ? "" : `${bare}/`}`;
}
