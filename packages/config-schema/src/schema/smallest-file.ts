/** A hint for a file that has nothing to begin from. */
export const SMALLEST_FILE =
  'a queue file begins like {"jobs": [{"job_id": "hello", "command": "echo hello"}]}';
