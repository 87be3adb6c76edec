export { type Clock, FakeClock, systemClock } from "./clock.js";
export {
  type DurationFormat,
  formatDuration,
  formatExactDuration,
  parseDuration,
  parseFlagDuration,
} from "./durations.js";
export {
  ERROR_CODES,
  type ErrorCode,
  errnoOf,
  explainFileError,
  SpawnError,
  type SpawnErrorOptions,
} from "./errors.js";
export { type Random, seededRandom, systemRandom } from "./random.js";
export { formatBinarySize, formatSize, parseSize } from "./sizes.js";
export { unreachable } from "./unreachable.js";
