import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { exampleQueueFiles } from "../testing/snippets.js";
import { type LoadedQueueFile, loadQueueFile } from "./load-queue-file.js";

const load = (content: string | Uint8Array): LoadedQueueFile =>
  loadQueueFile(content, { fileName: "queue.json" });
const errorsOf = (loaded: LoadedQueueFile) =>
  loaded.diagnostics.filter(({ severity }) => severity === "error");

const CHAIN = '{"queue_id": "chain", "jobs": [{"job_id": "a", "command": "true"}]}';

describe.each(exampleQueueFiles())("the example $name", ({ text }) => {
  it("is read as it is written", () => {
    const { spec, diagnostics } = load(text);
    const file = JSON.parse(text);
    expect(diagnostics.map(({ code }) => code).filter((code) => code !== "undefined-variable")).toEqual([]);
    expect(spec?.queueId).toBe(file.queue_id);
    expect(spec?.jobs.map(({ id, command }) => [id, command])).toEqual(
      file.jobs.map((job: { job_id: string; command: string }) => [job.job_id, job.command]),
    );
  });

  it("means the same with comments and trailing commas", () => {
    const commented = text.replace(/\n(\s*)([}\]])/g, ", // the last\n$1$2").replace("{", "/* a queue */ {");
    expect(commented).toContain("// the last");
    expect(load(commented).spec).toEqual(load(text).spec);
  });

  it("means the same as YAML", () => {
    expect(load(stringify(JSON.parse(text))).spec).toEqual(load(text).spec);
  });
});

describe("loadQueueFile", () => {
  it("warns of the example's webhook, which nothing defines, where it is used", () => {
    const [etl] = exampleQueueFiles().filter(({ name }) => name.startsWith("etl"));
    const { diagnostics } = load(etl?.text ?? "");
    expect(diagnostics).toMatchObject([
      {
        code: "undefined-variable",
        severity: "warning",
        path: "jobs[4].command",
        length: "$SLACK_WEBHOOK".length,
      },
    ]);
  });

  it("takes the caller's word for what is defined", () => {
    const text = '{"jobs": [{"job_id": "a", "command": "echo $A $B"}]}';
    const { diagnostics } = loadQueueFile(text, { fileName: "q", definedVariables: (name) => name === "A" });
    expect(diagnostics.map(({ message }) => message)).toEqual(["nothing defines B for this command"]);
  });

  it("resolves the other spellings of keys", () => {
    const { spec } = load(
      '{"env": {"A": "1"}, "jobs": [{"job_id": "a", "command": "b", "env": {"B": "2"}, "result_paths": ["c"]}]}',
    );
    expect(spec).toMatchObject({
      environment: { A: "1" },
      jobs: [{ environment: { B: "2" }, resultFiles: ["c"] }],
    });
  });

  it("fills in what is not said", () => {
    expect(load(CHAIN).spec).toEqual({
      queueId: "chain",
      failureMode: "stop",
      environment: {},
      jobs: [
        {
          id: "a",
          command: "true",
          dependsOn: [],
          retry: {
            maxAttempts: 1,
            backoff: "exponential",
            baseDelayMs: 60_000,
            maxDelayMs: 3_600_000,
            jitter: 0,
          },
          resultFiles: [],
          environment: {},
          alwaysRun: false,
          background: "kill",
          secrets: {},
        },
      ],
    });
  });

  it("reports problems of all kinds at once, each in its place", () => {
    const text = [
      "jobs:",
      "  - job_id: a/b",
      "    command: ' '",
      "    timout: 5m",
      "  - job_id: c",
      "    command: [x]",
      "    depends_on: [d]",
      "    timeout: 5 minutes",
    ].join("\n");
    expect(
      load(text).diagnostics.map(({ code, line, column, length }) => [code, line, column, length]),
    ).toEqual([
      ["path-in-id", 2, 13, 3],
      ["empty-command", 3, 14, 3],
      ["unknown-key", 4, 5, 6],
      ["wrong-type", 6, 14, 1],
      ["unknown-dependency", 7, 18, 1],
      ["bad-duration", 8, 14, 9],
    ]);
  });

  it.each([
    ["a byte-order mark", `\uFEFF${CHAIN}`],
    ["bytes with a byte-order mark", new TextEncoder().encode(`\uFEFF${CHAIN}`)],
    ["Windows line ends", CHAIN.replaceAll(" ", "\r\n")],
    ["a comment before it", `// mine\n${CHAIN}`],
    ["YAML flow style", "{queue_id: chain, jobs: [{job_id: a, command: 'true'}]}"],
    ["YAML flow style below a YAML comment", `# mine\n${CHAIN}`],
    ["YAML anchors", "queue_id: &id chain\njobs: [{job_id: a, command: 'true'}]"],
    ["an editor's schema", CHAIN.replace("{", '{"$schema": "queue-file.schema.json", ')],
    [
      "a YAML editor's schema",
      "# yaml-language-server: $schema=x\n---\nqueue_id: chain\njobs: [{job_id: a, command: 'true'}]",
    ],
  ])("reads a file with %s", (_, content) => {
    const loaded = load(content);
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.spec).toEqual(load(CHAIN).spec);
  });

  it("keeps places true behind a byte-order mark", () => {
    expect(load('\uFEFF{"job": []}').diagnostics).toMatchObject([
      {},
      { code: "unknown-key", line: 1, column: 2 },
    ]);
  });

  it("gives a spec exactly when there is no error", () => {
    expect(load('{"jobs": [{"job_id": "a", "command": "echo $X"}]}').spec).toBeDefined();
    const failed = load('{"jobs": [{"job_id": "a", "command": ""}]}');
    expect(failed.spec).toBeUndefined();
    expect(errorsOf(failed)).toHaveLength(1);
  });

  it("stays quick with a large file of nothing but errors", () => {
    const text = `{"jobs": [${Array.from({ length: 330_000 }, () => "{}").join()}]}`;
    const { diagnostics } = load(text);
    expect(diagnostics).toHaveLength(1000);
  }, 10_000);
});
