import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AttemptSpec } from "./attempt.js";
import { startAttempt } from "./start-attempt.js";
import { outputOf, useAttemptRoom } from "./testing/attempt-room.js";

const room = useAttemptRoom();

const HARD_COMMANDS: Readonly<Record<string, string>> = {
  "a plain line": "echo out; echo err >&2",
  "a syntax error": "echo before\nif then",
  "an open quote": 'echo "never closed',
  "an unclosed parenthesis": "echo a; (",
  "a heredoc": "cat <<END\none $((1 + 1))\nEND\n",
  "a heredoc without its end": "cat <<END\none\n",
  exec: "exec echo replaced",
  "exec of nothing": "exec nothing-of-this-name",
  "an unknown command": "nothing-of-this-name; echo $?",
  "a folder as command": "/usr",
  "exit 137": "echo a; exit 137",
  "exit 125, the wrapper's own": "exit 125",
  "exit 256": "exit 256",
  "a real KILL of itself": "echo a; kill -9 $$; echo b",
  "a SEGV of itself": "kill -SEGV $$",
  "a PIPE of itself": "kill -PIPE $$",
  "a broken pipe": "set -o pipefail; yes | head -n 1",
  "set -e": "set -e; echo a; false; echo b",
  "set -u": "set -u; echo $not_set_anywhere",
  "a trap on EXIT": "trap 'echo bye $?' EXIT; exit 3",
  "a trap on TERM": "trap 'echo got TERM; exit 4' TERM; kill $$; echo after",
  "the list of traps": "trap",
  "INT is not ignored": "kill -INT $$; echo survived",
  "QUIT is not ignored": "kill -QUIT $$; echo survived",
  "kill 0": "echo a; kill 0; echo b",
  "kill 0 with a trap": "trap 'echo caught' TERM; kill 0; echo b",
  "INT to the group": "kill -INT 0; echo survived",
  "HUP to the group": "trap 'echo hup' HUP; kill -HUP 0; echo b",
  "USR1 to the group": "trap 'echo usr1' USR1; kill -USR1 0; echo b; exit 6",
  "kill -9 0": "echo a; kill -9 0; echo b",
  "closed stdout": "exec >&-; echo lost; echo $? >&2",
  "closed stderr": "exec 2>&-; echo kept",
  "$$ is the shell": '[ "$$" = "$BASHPID" ] && echo same',
  "its parent runs": 'kill -0 "$PPID" && echo yes',
  "$0 and its arguments": 'echo "$0" "$#" "${BASH_SOURCE[0]-}" "$-"',
  "open descriptors": "cd /proc/self/fd; echo *",
  "a trailing comment": "echo a # and nothing more",
  "breaking out with ); …": "); echo broken out",
  "breaking out with }": "}; echo broken out",
  "breaking out with a quote": "'; echo broken out; '",
  "a trailing backslash": "echo a \\",
  "a trailing backslash and newline": "echo a \\\n",
  "only blanks": "  \n ",
  "only a comment": "# nothing",
  "bytes above 127": "printf 'h\u00e4 \u20ac \u{1f600} \u0081\u0088\u0001\u007f'",
  "bytes that are not UTF-8": "printf '\\377\\376\\200abc\\n'; printf '\\000' >&2",
  "no newline at the end": "printf abc; printf def >&2",
  "unset PATH": "unset PATH; ls",
  "reading stdin": 'read line; echo "$? [$line]"; cat',
  "a limit": "ulimit -f 0; ulimit -f; echo too much; echo $?",
  "changing the folder": "cd /; pwd",
  "removing the folder": "mkdir gone; cd gone; rmdir ../gone; echo still here; ls",
  "exit in a subshell": "(exit 3); echo $?; (exit 4)",
  "a 300-argument line": `echo ${Array.from({ length: 300 }, (_, i) => `arg${i}`).join(" ")}`,
  CRLF: "echo a\r\necho b\r\n",
  "the umask": "umask; umask 077; umask",
  "an array and a bashism": "a=(x y); [[ ${a[1]} == y ]] && echo ok",
  "line numbers": "echo $LINENO\n\necho $LINENO\nfalse_command_here",
  "the last status": "echo $?",
  "the environment": "env | grep -v '^SHLVL=' | sort",
  "a background job waited for": "(echo child; exit 9) & wait $!",
};

/** Each chooses another shell for the wrapper. The second has what dash would drop. */
const ENVIRONMENTS: Readonly<Record<string, Record<string, string>>> = {
  "names that every shell keeps": { IFS: "x", PWD: "/nowhere", OLDPWD: "/nope", _: "before", OPTIND: "7" },
  "names that only bash keeps": { "my.var": "kept", "BASH_FUNC_hello%%": "() { echo hello\n}" },
};

describe.each(Object.entries(ENVIRONMENTS))(
  "with %s, a command ends and prints as with bash alone",
  (_, env) => {
    it.each(Object.entries(HARD_COMMANDS))("%s", async (_name, command) => {
      await expectLikeBash(
        room.spec(command, { env: { PATH: process.env.PATH ?? "/usr/bin:/bin", ...env } }),
      );
    });
  },
);

describe("a text of 200 KiB ends and prints as a short one with bash alone", () => {
  const padding = `\n# ${"x".repeat(200 * 1024)}\n`;

  it.each([
    ["a plain line", "echo out; echo err >&2; exit 3"],
    ["$0 and its arguments", 'echo "$0" "$#" "${BASH_SOURCE[0]-}"; echo $?'],
    ["an unknown command", "nothing-of-this-name"],
    ["a trap on EXIT", "trap 'echo bye' EXIT; exit 5"],
    ["a KILL of itself", "kill -9 $$"],
    ["line numbers", "echo $LINENO\n\necho $LINENO"],
    ["exec", "exec echo replaced"],
    ["backslashes and blanks", "  printf '%s' 'a\\tb  c' \\\n d"],
  ])("%s", async (_name, command) => {
    await expectLikeBash(room.spec(command + padding));
  });

  it("but for a syntax error: status 2, and the word eval in the message", async () => {
    const spec = room.spec(`echo never ${padding} (`);
    const end = await startAttempt(spec).ended;
    expect(end.outcome).toEqual({ reason: "exit", exitCode: 2 });
    expect(outputOf(spec).stderr).toContain("bash: eval: line 4: syntax error: unexpected end of file");
  });
});

async function expectLikeBash(spec: AttemptSpec): Promise<void> {
  const alone = await runBashAlone(spec);
  const end = await startAttempt(spec).ended;
  expect({ status: end.exitCode, ...outputOf(spec) }).toEqual(alone);
}

interface ShellResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A text too long for an argument is long by its closing comment, and is measured against the text without it. */
async function runBashAlone(spec: AttemptSpec): Promise<ShellResult> {
  const command = spec.command.replace(/\n# x{131072,}\n$/, "\n");
  const folder = join(room.folder, "alone");
  mkdirSync(folder);
  const files = { ...spec.files, stdout: join(folder, "stdout"), stderr: join(folder, "stderr") };
  const outputs = [openSync(files.stdout, "a"), openSync(files.stderr, "a")] as const;
  const child = spawn("bash", ["-c", command], {
    cwd: spec.cwd,
    env: { ...spec.env, SPAWN_ATTEMPT: spec.marker },
    detached: true,
    stdio: ["ignore", ...outputs],
  });
  for (const output of outputs) closeSync(output);
  const [code, signal]: unknown[] = await once(child, "exit");
  return { status: statusOf(code, signal), ...outputOf({ ...spec, files }) };
}

function statusOf(code: unknown, signal: unknown): number {
  if (typeof code === "number") return code;
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  if (number === undefined) throw new Error(`neither code nor signal: ${String(code)} ${String(signal)}`);
  return 128 + number;
}
