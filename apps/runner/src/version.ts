/** Of this runner; recorded in the journal. */
export const RUNNER_VERSION = "0.1.0";
