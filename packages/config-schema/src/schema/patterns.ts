/** A queue id or a job id: also the name of a folder. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The name of an environment variable that every shell can use. */
export const VARIABLE_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Variables that spawn itself sets for each attempt, so that nobody else may. */
export const PROVIDED_VARIABLE_PATTERN = /^(?:QUEUE_ID|JOB_ID|JOB_ATTEMPT|SPAWN_.*)$/;

/** What `parseDuration` reads: units from large to small, each at most once. */
export const DURATION_PATTERN =
  /^\s*(?=\d)(?:\d+(?:\.\d+)?d\s*)?(?:\d+(?:\.\d+)?h\s*)?(?:\d+(?:\.\d+)?m\s*)?(?:\d+(?:\.\d+)?s\s*)?(?:\d+(?:\.\d+)?ms\s*)?$/;

/** What `parseSize` reads; written without flags, because JSON Schema has none. */
export const SIZE_PATTERN = /^\s*\d+(?:\.\d+)?\s*(?:[kKmMgGtTpP][iI]?)?[bB]\s*$/;

/** `ssm:/path` or `secretsmanager:name-or-arn`. */
export const SECRET_PATTERN =
  /^(?:ssm:\/[A-Za-z0-9_.\-/]*[A-Za-z0-9_.-]|secretsmanager:[A-Za-z0-9/_+=.@:-]+)$/;

/** The shells a job may ask for: by name, or by the absolute path of one that takes `-c`. */
export const SHELL_PATTERN = /^(?:bash|sh|\/.*[^/])$/;

/** The name of an S3 bucket, without `s3://`. */
export const BUCKET_PATTERN = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Something other than white space. */
export const NOT_BLANK_PATTERN = /\S/;
