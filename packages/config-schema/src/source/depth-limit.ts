/**
 * How deep lists and maps may be nested. A queue file needs five levels; a file that goes on and on is refused before
 * anything recursive looks at it, since running out of stack cannot be caught reliably.
 */
export const DEPTH_LIMIT = 64;
