/** What holds for a launch that does not say otherwise; durations in milliseconds. */
export interface Settings {
  readonly provider?: "local" | "ec2";
  readonly region?: string;
  readonly instanceTypes?: readonly string[];
  readonly ttlMs?: number;
  readonly idleTimeoutMs?: number;
  readonly onComplete?: "terminate" | "stop";
  readonly keepOnFailureMs?: number;
  readonly volumeSizeGiB?: number;
  readonly iamPolicies?: readonly string[];
  readonly resultS3Bucket?: string;
  readonly resultS3Prefix?: string;
  readonly tags?: Readonly<Record<string, string>>;
}
