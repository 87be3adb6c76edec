/** A call that gets no answer is tried again, so that a lost packet costs seconds and not minutes. */
const REQUESTS = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true };
const ATTEMPTS = 4;

/** Of every client of an AWS service; the credentials are those of the instance's role. */
export function awsSettings(region: string) {
  return { region, maxAttempts: ATTEMPTS, requestHandler: REQUESTS };
}
