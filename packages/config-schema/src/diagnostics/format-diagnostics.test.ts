import { describe, expect, it } from "vitest";
import { loadQueueFile } from "../spec/load-queue-file.js";
import { formatDiagnostics } from "./format-diagnostics.js";

function format(content: string, color = false): string {
  const { diagnostics, text } = loadQueueFile(content, { fileName: "pipeline.json" });
  return formatDiagnostics(diagnostics, { text, fileName: "pipeline.json", color });
}

describe("formatDiagnostics", () => {
  it("shows the place, the lines with a mark below, and what to write instead", () => {
    const text = [
      '{"jobs": [',
      '  {"job_id": "a",',
      '   "command": "echo $HOOK", "timeout": "5 minutes"}',
      "]}",
    ].join("\n");
    expect(format(text)).toMatchInlineSnapshot(`
      "pipeline.json:3:21: warning: jobs[0].command: nothing defines HOOK for this command [undefined-variable]
        2 |   {"job_id": "a",
        3 |    "command": "echo $HOOK", "timeout": "5 minutes"}
          |                     ^^^^^
        → carry it from your shell with --env HOOK, or add "environment": {"HOOK": …}

      pipeline.json:3:40: error: jobs[0].timeout: "5 minutes" is not a duration [bad-duration]
        2 |   {"job_id": "a",
        3 |    "command": "echo $HOOK", "timeout": "5 minutes"}
          |                                        ^^^^^^^^^^^
        → write "5m"
      "
    `);
  });

  it("shows the part of a long line that matters", () => {
    const padding = JSON.stringify("x".repeat(5000));
    const shown = format(
      `{"queue_name": ${padding}, "jobs": [{"job_id": "a", "command": "b"}], "jobz": [], "workdir": ${padding}}`,
    );
    const [line = "", carets = ""] = shown.split("\n").filter((text) => /jobz": \[\]|\^/.test(text));
    expect(line.length).toBeLessThan(150);
    expect(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe('"jobz"');
  });

  it("keeps a file from steering the terminal", () => {
    const shown = format('{"jobs": [], "queue_id": "\u001b[2J\u0007\u202e"}');
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(shown).toContain("␛[2J␇");
  });

  it("colours only when asked to", () => {
    expect(format("{}", true)).toContain("\u001b[31merror\u001b[0m");
    expect(format("{}")).not.toContain("\u001b");
  });

  it("shows a hundred and says how many more there are", () => {
    const text = JSON.stringify({
      jobs: Array.from({ length: 130 }, (_, index) => ({ job_id: `j${index}`, command: "" })),
    });
    const shown = format(text);
    expect(shown.match(/\[empty-command\]/g)).toHaveLength(100);
    expect(shown).toMatch(/\nand 30 more\n$/);
  });

  it("says at least how many, where nobody looked on", () => {
    const text = JSON.stringify({ jobs: Array.from({ length: 3000 }, () => ({})) });
    expect(format(text)).toMatch(/\nand at least 900 more\n$/);
  });
});
