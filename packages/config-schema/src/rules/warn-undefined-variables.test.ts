import { describe, expect, it } from "vitest";
import { loadQueueFile } from "../spec/load-queue-file.js";
import { fileWithJob } from "../testing/one-job-file.js";

function undefinedIn(command: string, job: object = {}, queue: object = {}): string[] {
  return loadQueueFile(fileWithJob({ command, ...job }, queue), { fileName: "q" }).diagnostics.map(
    ({ message }) => /defines (\w+)/.exec(message)?.[1] ?? message,
  );
}

describe("warnUndefinedVariables", () => {
  it.each([
    ["curl $HOOK", ["HOOK"]],
    ['curl "${HOOK}/x" $HOOK', ["HOOK"]],
    ["echo $A $B", ["A", "B"]],
    ["echo ${A%.*} ${#B}", ["A", "B"]],
    ["cat <<EOF\nit's $A\nEOF\necho '$B'", ["A"]],
    ["X=$Y", ["Y"]],
  ])("warns in %j of %j", (command, names) => {
    expect(undefinedIn(command)).toEqual(names);
  });

  it.each([
    "echo '$A' \\$B $$ $? $1 $@ $# \"\\$C\"",
    "echo ${A:-x} ${B-} ${C:=d} ${D:?why} ${E:+f}",
    "cd $HOME && $SHELL -c $PWD $PATH $USER $LC_ALL $TMPDIR",
    "echo $QUEUE_ID $JOB_ID $JOB_ATTEMPT $SPAWN_PROGRESS_FILE $SPAWN_QUEUE_STATUS",
    "A=1; echo $A",
    "export A=1 B; echo $A $B",
    'for f in *; do cat "$f"; done',
    "while read -r line rest; do echo $line $rest; done",
    "for ((i=0; i<3; i++)); do echo $i; done",
    "files=(a b); echo ${files[0]}",
    "source env.sh && echo $ANYTHING",
    ". ./env && echo $ANYTHING",
    'eval "$(ssh-agent)" && echo $SSH_AGENT_PID',
    "echo a # $A",
    "awk '{print $NF}' file",
    "cat <<'EOF'\n$A\nEOF",
    "echo $'$A'",
  ])("is silent on %j", (command) => {
    expect(undefinedIn(command)).toEqual([]);
  });

  it("knows what the queue, the job and its secrets define, and gpus", () => {
    const job = { environment: { B: "" }, secrets: { C: "ssm:/c" }, resources: { gpus: 1 } };
    const command = "echo $A $B $C $CUDA_VISIBLE_DEVICES $constructor";
    expect(undefinedIn(command, job, { environment: { A: "" } })).toEqual(["constructor"]);
  });
});
