import { randomBytes } from "node:crypto";

/** Where chance comes from. A parameter everywhere, so that tests own it. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** `length` characters from 0–9a–f, for ids. */
  hex(length: number): string;
}

export function systemRandom(): Random {
  return {
    next: () => Math.random(),
    hex: (length) =>
      randomBytes(Math.ceil(length / 2))
        .toString("hex")
        .slice(0, length),
  };
}

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    hex: (length) => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join(""),
  };
}
