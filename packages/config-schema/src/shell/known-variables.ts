import { PROVIDED_VARIABLE_PATTERN } from "../schema/patterns.js";

/** What a shell or a login sets by itself, so that nobody need define it. */
const EVERYWHERE: ReadonlySet<string> = new Set(
  `_ BASH BASHOPTS BASHPID BASH_ARGC BASH_ARGV BASH_COMMAND BASH_LINENO BASH_REMATCH BASH_SOURCE BASH_SUBSHELL
  BASH_VERSINFO BASH_VERSION COLUMNS DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HOME HOSTNAME HOSTTYPE IFS
  LANG LINENO LINES LOGNAME MACHTYPE MAPFILE OLDPWD OPTARG OPTERR OPTIND OSTYPE PATH PIPESTATUS PPID PWD PYTHONUNBUFFERED
  RANDOM REPLY SECONDS SHELL SHELLOPTS SHLVL SRANDOM TERM TMPDIR TZ UID USER`.split(/\s+/),
);

/** Whether a command may count on a variable: the machine, the shell or spawn itself sets it. */
export function isKnownVariable(name: string): boolean {
  return EVERYWHERE.has(name) || name.startsWith("LC_") || PROVIDED_VARIABLE_PATTERN.test(name);
}
