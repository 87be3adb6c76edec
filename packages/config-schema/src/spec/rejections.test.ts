import { describe, expect, it } from "vitest";
import { DIAGNOSTIC_SEVERITIES, type Diagnostic, type DiagnosticCode } from "../diagnostics/diagnostic.js";
import { fileWithJob } from "../testing/one-job-file.js";
import { loadQueueFile } from "./load-queue-file.js";

const jobs = (...list: object[]): string =>
  JSON.stringify({ jobs: list.map((job) => ({ command: "true", ...job })) });
const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);
const bomb = [
  "a: &a [x,x,x,x,x,x,x,x,x,x]",
  ..."bcdefg".split("").map((name, index) => `${name}: &${name} [${Array(10).fill(`*${"abcdef"[index]}`)}]`),
].join("\n");

/** Code, file, what is marked in it, a part of the message, what to write instead. */
type Rejection = readonly [DiagnosticCode, string | Uint8Array, string, RegExp, RegExp?];

const REJECTIONS: readonly Rejection[] = [
  ["not-utf8", bytes(0x7b, 0xff, 0x7d), "�", /not UTF-8/, /UTF-8/],
  ["not-utf8", bytes(0xff, 0xfe, 0x7b, 0), "�", /UTF-16/, /UTF-8/],
  ["empty-file", "", "", /empty/, /"jobs"/],
  ["empty-file", " # nothing\n", " ", /empty/],
  ["empty-file", "// nothing", "/", /empty/],
  ["json-syntax", '{"jobs": [{"job_id": "a" "command": "b"}]}', '"command"', /","/],
  ["json-syntax", '{"jobs": [', "", /"\]"/],
  ["yaml-syntax", "jobs: [a", "", /./],
  ["yaml-syntax", "jobs:\n\t- a", "\t", /Tabs/],
  ["yaml-tag", "jobs: !mine []", "[]", /tag !mine/, /remove/],
  ["yaml-non-string-key", "1: a", "1", /key must be text/, /"1"/],
  ["yaml-non-string-key", "? [a]\n: b", "[a]", /key must be text/],
  ["yaml-many-documents", "jobs: []\n---\njobs: []", "-", /second/],
  ["yaml-alias", "jobs: *x", "*x", /&x/],
  ["yaml-alias", "jobs: &x [*x]", "*x", /what it is in/],
  ["yaml-alias", bomb, "*c", /aliases add/],
  ["duplicate-key", '{"jobs": [], "jobs": []}', '"jobs"', /"jobs" is given twice/],
  ["duplicate-key", "queue_id: a\nqueue_id: b", "queue_id", /"queue_id" is given twice/],
  ["too-deep", "[".repeat(100_000), "[", /nested/],
  ["too-deep", '{"a":'.repeat(100_000), "{", /nested/],
  ["too-deep", "- ".repeat(20_000), "-", /nested/],
  ["wrong-type", "null", "null", /a queue file must be a map, not null/, /"jobs"/],
  ["wrong-type", "[]", "[", /must be a map, not a list/, /\{"jobs"/],
  ["wrong-type", "hello", "hello", /not the text "hello"/],
  ["wrong-type", fileWithJob({ timeout: 30 }), "30", /a duration, not the number 30/, /"30s"/],
  [
    "wrong-type",
    fileWithJob({ resources: { memory: 12 } }),
    "12",
    /a size, not the number 12/,
    /"12GB".*"12GiB"/,
  ],
  ["wrong-type", fileWithJob({ resources: { memory: 12e6 } }), "12000000", /a size/, /"12000000B"/],
  ["wrong-type", fileWithJob({ depends_on: "b" }), '"b"', /a list/, /\["b"\]/],
  ["wrong-type", fileWithJob({ result_files: [1] }), "1", /text, not the number 1/, /"1"/],
  ["wrong-type", fileWithJob({ retry_count: "3" }), '"3"', /a number/, /write 3$/],
  ["wrong-type", fileWithJob({ always_run: "yes" }), '"yes"', /true or false/, /write true/],
  ["wrong-type", fileWithJob({ environment: { A: null } }), "null", /text, not null/],
  ["wrong-type", '{"jobs": [3]}', "3", /must be a map/],
  ["unknown-key", fileWithJob({ depend_on: [] }), '"depend_on"', /"depend_on"/, /"depends_on"/],
  ["unknown-key", fileWithJob({ retries: 2 }), '"retries"', /"retries"/, /"retry_count"/],
  [
    "unknown-key",
    fileWithJob({ retry: { max_atempts: 2 } }),
    '"max_atempts"',
    /"max_atempts"/,
    /"max_attempts"/,
  ],
  ["unknown-key", fileWithJob({}, { zzz: 1 }), '"zzz"', /"zzz"/, /queue_id, queue_name, jobs/],
  [
    "unknown-key",
    '{"jobs": [{"job_id": "a", "command": "b", "env": {"__proto__": "c"}}]}',
    '"__proto__"',
    /__proto__/,
  ],
  ["missing-key", "{}", "{", /"jobs" is missing/, /"job_id"/],
  ["missing-key", '{"jobs": [{"job_id": "a"}]}', "{", /"command" is missing/],
  ["both-spellings", fileWithJob({ environment: {}, env: {} }), '"env"', /"env" and "environment"/],
  ["both-spellings", fileWithJob({}, { environment: {}, env: {} }), '"env"', /"env" and "environment"/],
  ["both-spellings", fileWithJob({ result_files: [], result_paths: [] }), '"result_paths"', /"result_paths"/],
  ["bad-choice", fileWithJob({ background: "kil" }), '"kil"', /"kil"/, /write "kill"$/],
  [
    "bad-choice",
    fileWithJob({}, { on_failure: "cleanup" }),
    '"cleanup"',
    /"cleanup"/,
    /"stop" or "continue"/,
  ],
  ["out-of-range", fileWithJob({}, { max_parallel: 0 }), "0", /number 0/, /a whole number, at least 1/],
  ["out-of-range", fileWithJob({}, { max_parallel: 1.5 }), "1.5", /number 1.5/],
  ["out-of-range", fileWithJob({ resources: { cpus: 0 } }), "0", /"cpus"/, /a number greater than 0/],
  [
    "out-of-range",
    fileWithJob({ retry: { backoff: "exponential-jitter", jitter: 2 } }),
    "2",
    /"jitter"/,
    /from 0 to 1/,
  ],
  ["empty-text", fileWithJob({ working_directory: "" }), '""', /empty/],
  ["ambiguous-value", '{"jobs": [], "env": {"A": 1.10}}', "1.10", /"1.10" or "1.1"/, /"1.10"/],
  ["ambiguous-value", "jobs: []\nenv: {A: True}", "True", /"True" or "true"/, /"True"/],
  ["nul-byte", fileWithJob({ command: "a\0b" }), '"a\\u0000b"', /NUL/],
  ["nul-byte", 'jobs: []\nqueue_name: "a\\0"', '"a\\0"', /NUL/],
  ["no-jobs", '{"jobs": []}', "[", /no jobs/],
  ["bad-id", jobs({ job_id: "a b" }), '"a b"', /contains " "/, /"a-b"/],
  ["bad-id", jobs({ job_id: "" }), '""', /empty/],
  ["bad-id", jobs({ job_id: "-a" }), '"-a"', /begin with/, /"a"/],
  ["bad-id", jobs({ job_id: "x".repeat(129) }), `"${"x".repeat(129)}"`, /129 characters/],
  ["bad-id", fileWithJob({}, { queue_id: "ü" }), '"ü"', /contains "ü"/],
  ["path-in-id", jobs({ job_id: "../up" }), '"../up"', /is a path/, /"up"/],
  ["path-in-id", fileWithJob({}, { queue_id: "a\\b" }), '"a\\\\b"', /is a path/],
  ["reserved-id", jobs({ job_id: "Queue.json" }), '"Queue.json"', /"Queue.json"/],
  ["duplicate-id", jobs({ job_id: "a" }, { job_id: "a" }), '"a"', /two jobs have the id "a"/],
  ["duplicate-id", jobs({ job_id: "a" }, { job_id: "A" }), '"A"', /differ only in case/],
  [
    "unknown-dependency",
    jobs({ job_id: "train", depends_on: ["trian2"] }, { job_id: "trian" }),
    '"trian2"',
    /"trian2"/,
    /"trian"/,
  ],
  ["self-dependency", jobs({ job_id: "a", depends_on: ["a"] }), '"a"', /on itself/],
  [
    "duplicate-dependency",
    jobs({ job_id: "a" }, { job_id: "b", depends_on: ["a", "a"] }),
    '"a"',
    /named twice/,
  ],
  [
    "dependency-cycle",
    jobs({ job_id: "a", depends_on: ["b"] }, { job_id: "b", depends_on: ["a"] }),
    '"a"',
    /→/,
  ],
  [
    "dependency-cycle",
    jobs({ job_id: "a", on_failure: "b" }, { job_id: "b", on_failure: "a" }),
    '"b"',
    /a → b → a|b → a → b/,
  ],
  [
    "unknown-handler",
    jobs({ job_id: "a", on_failure: "clean" }, { job_id: "cleanup" }),
    '"clean"',
    /"clean"/,
    /"cleanup"/,
  ],
  [
    "unknown-handler",
    jobs({ job_id: "a", on_failure: "continue" }),
    '"continue"',
    /whole queue/,
    /beside "jobs"/,
  ],
  ["self-handler", jobs({ job_id: "a", on_failure: "a" }), '"a"', /"a"/],
  ["bad-duration", fileWithJob({ timeout: "30" }), '"30"', /"30"/, /"30s"/],
  [
    "bad-duration",
    fileWithJob({ timeout: "1 hour and 5 min" }),
    '"1 hour and 5 min"',
    /is not a duration/,
    /"1h5m"/,
  ],
  [
    "bad-duration",
    fileWithJob({ retry: { base_delay: "soon" } }),
    '"soon"',
    /"soon"/,
    /"90s", "5m", "1h30m"/,
  ],
  ["zero-timeout", fileWithJob({ timeout: "0s" }), '"0s"', /longer than nothing/],
  ["zero-timeout", fileWithJob({}, { global_timeout: "0m" }), '"0m"', /longer than nothing/],
  ["bad-size", fileWithJob({ resources: { memory: "8Gi" } }), '"8Gi"', /"8Gi"/, /"8GiB"/],
  ["bad-size", fileWithJob({ resources: { memory: "lots" } }), '"lots"', /"lots"/, /"8GB"/],
  ["bad-shell", fileWithJob({ shell: "zsh" }), '"zsh"', /"zsh"/, /absolute path/],
  ["bad-bucket", fileWithJob({}, { result_s3_bucket: "s3://mine/x" }), '"s3://mine/x"', /bucket/, /"mine"/],
  ["empty-command", fileWithJob({ command: " \n" }), '" \\n"', /empty/],
  ["bad-retry-count", fileWithJob({ retry_count: -1 }), "-1", /number -1/, /at least 0/],
  ["bad-retry-count", fileWithJob({ retry_count: 1.5 }), "1.5", /number 1.5/],
  ["bad-retry-count", fileWithJob({ retry: { max_attempts: 0 } }), "0", /number 0/, /at least 1/],
  ["bad-exit-code", fileWithJob({ retry: { retry_on_codes: [1, 256] } }), "256", /number 256/, /0 to 255/],
  [
    "retry-conflict",
    fileWithJob({ retry: {}, retry_delay: "1s" }),
    '"retry_delay"',
    /"retry_delay" and "retry"/,
    /base_delay/,
  ],
  ["unused-jitter", fileWithJob({ retry: { jitter: 0.1 } }), '"jitter"', /backoff "exponential"/],
  [
    "retry-without-effect",
    fileWithJob({ retry_count: 1, retry_delay: "5s" }),
    '"retry_delay"',
    /single attempt/,
    /in total/,
  ],
  [
    "delay-capped",
    fileWithJob({ retry_count: 2, retry_delay: "2h" }),
    '"2h"',
    /2h is cut to 1h/,
    /max_delay/,
  ],
  ["bad-variable-name", fileWithJob({ environment: { "A-B": "x" } }), '"A-B"', /"A-B"/],
  ["provided-variable", fileWithJob({ environment: { JOB_ID: "x" } }), '"JOB_ID"', /JOB_ID/],
  ["provided-variable", fileWithJob({}, { environment: { SPAWN_X: "x" } }), '"SPAWN_X"', /SPAWN_X/],
  [
    "bad-variable-reference",
    fileWithJob({ environment: { A: "x${B-c}" } }),
    "${B-c}",
    /"\$\{B-c\}"/,
    /:-default/,
  ],
  [
    "gpu-variable",
    fileWithJob({ resources: { gpus: 1 }, environment: { CUDA_VISIBLE_DEVICES: "0" } }),
    '"gpus"',
    /CUDA/,
  ],
  [
    "gpu-variable",
    fileWithJob({ resources: { gpus: 1 } }, { environment: { CUDA_VISIBLE_DEVICES: "0" } }),
    '"gpus"',
    /CUDA/,
  ],
  ["bad-secret", fileWithJob({ secrets: { A: "vault:x" } }), '"vault:x"', /"vault:x"/, /ssm:/],
  ["bad-secret", fileWithJob({ secrets: { A: "ssm:relative" } }), '"ssm:relative"', /"ssm:relative"/],
  [
    "bad-secret",
    fileWithJob({ secrets: { A: "ssm:/spawn/other/env/TOKEN" } }),
    '"ssm:/spawn/other/env/TOKEN"',
    /is where spawn keeps variables/,
    /path of your own/,
  ],
  [
    "secret-in-environment",
    fileWithJob({ secrets: { A: "ssm:/a" }, environment: { A: "x" } }),
    '"A"',
    /A is in/,
  ],
  ["undefined-variable", fileWithJob({ command: "echo $X" }), "$X", /nothing defines X/, /--env X/],
];

/** The text that a diagnostic marks. */
function marked(text: string, { line, column, length }: Diagnostic): string {
  return (text.split("\n")[line - 1] ?? "").slice(column - 1, column - 1 + length);
}

describe("a queue file is rejected or warned of", () => {
  for (const [code, content, place, message, suggestion = /^/] of REJECTIONS) {
    it(`${code}: ${String(content).slice(0, 120)}`, () => {
      const { spec, diagnostics, text } = loadQueueFile(content, { fileName: "queue.json" });
      const found = diagnostics.find((diagnostic) => diagnostic.code === code);
      expect(found?.message).toMatch(message);
      expect(found && marked(text, found)).toBe(place);
      expect(found?.suggestion ?? "").toMatch(suggestion);
      expect(found?.severity).toBe(DIAGNOSTIC_SEVERITIES[code]);
      if (DIAGNOSTIC_SEVERITIES[code] === "error") expect(spec).toBeUndefined();
    });
  }

  it("for each reason that there is", () => {
    expect(new Set(REJECTIONS.map(([code]) => code))).toEqual(new Set(Object.keys(DIAGNOSTIC_SEVERITIES)));
  });
});
