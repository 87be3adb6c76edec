import { PLACE_SEPARATOR } from "./claim.js";

/**
 * The process between the runner and the command: it claims the attempt, waits for the command, and records the exit
 * code, whether the runner lives or not. For every POSIX `sh`; it starts no program but the command.
 *
 * `$0` is the claim file. The arguments are the command's, behind those that say which cgroups to enter first: what the
 * claim file says of them, the files to write a pid to, and `--`. It enters all of them, or goes on without and says so
 * by saying nothing. There is no assignment that the command's environment would see.
 * Signals are trapped, not ignored: a trapped one has its default action again in the command. 125 is the status of a
 * claim that was lost. The shell's own words about a killed child go to `/dev/null`, not to the command's stderr.
 * A subshell that `exec`s keeps SIGINT and SIGQUIT as they are, which `&` would not.
 */
const WRAPPER = `trap : 1 2 3 10 12 13 14 15 16 24 25 26 27 29 30
exec 3>&2 2>/dev/null
spawn_enter() {
  shift
  while [ "$1" != -- ]; do
    echo "$$" >"$1" || return
    shift
  done
}
spawn_claim() {
  set -C
  echo "$$$1" >"$0" || exit 125
  set +C
}
if [ "$1" ] && spawn_enter "$@"; then spawn_claim " $1"; else spawn_claim; fi
while [ "$1" != -- ]; do shift; done
shift
(exec "$@" 2>&3 3>&-)
code=$?
echo "exit $code" >>"$0"
exit "$code"`;

/** The wrapper's exit status when it did not get the claim; the command may end with the same one. */
export const CLAIM_LOST_STATUS = 125;

/** What to start: `argv[0]` is a path, the rest its arguments. */
export type ArgumentVector = readonly [string, ...string[]];

/**
 * Puts the wrapper around a command. `wrapperShell` is any POSIX shell with its options; `cgroup` the folders that the
 * wrapper enters.
 */
export function wrapped(
  wrapperShell: ArgumentVector,
  claim: string,
  command: ArgumentVector,
  cgroup: readonly string[] = [],
): ArgumentVector {
  const entrances = cgroup.map((folder) => `${folder}/cgroup.procs`);
  const place = cgroup.join(PLACE_SEPARATOR);
  return [...wrapperShell, "-c", WRAPPER, claim, place, ...entrances, "--", ...command];
}

/** Whether a command line (as `/proc/<pid>/cmdline` has it) is that of the wrapper that holds `claim`. */
export function isWrapperOf(claim: string, commandLine: string): boolean {
  return commandLine.includes(`\0-c\0${WRAPPER}\0${claim}\0`);
}
