import { systemClock } from "@spawn/foundation";

/** What attempts run by unless told otherwise; made once, since making it reads `/proc`. */
export const machineClock = systemClock();
