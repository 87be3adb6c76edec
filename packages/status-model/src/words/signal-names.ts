/** Linux's numbers: a runner is on Linux, whatever the machine that shows its status. */
const NAMES: readonly string[] =
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS".split(
    " ",
  );

/** `SIGKILL` for 9; `undefined` for a number without a name. */
export function signalName(signal: number): string | undefined {
  const name = NAMES[signal - 1];
  return name === undefined ? undefined : `SIG${name}`;
}
