/** Ends a machine's agent for good: its service still starts it again, in vain, since it can be fetched no more. */
export const NO_AGENT_ANY_MORE =
  "rm /etc/spawn/fetch /usr/local/bin/spored /usr/local/bin/spawn-runner; pkill -KILL -x spored";
