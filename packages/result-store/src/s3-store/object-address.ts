/** Where an object is, and whose its bucket has to be. */
export interface ObjectAddress {
  readonly Bucket: string;
  readonly Key: string;
  readonly ExpectedBucketOwner: string;
}
