import { describe, expect, it } from "vitest";
import { loadQueueFile } from "../spec/load-queue-file.js";

function environmentOf(text: string): object | undefined {
  return loadQueueFile(text, { fileName: "q" }).spec?.environment;
}

const file = (values: string): string => `{"env": ${values}, "jobs": [{"job_id": "a", "command": "true"}]}`;

describe("readEnvironment", () => {
  it("takes numbers and booleans as the text they are written as", () => {
    expect(environmentOf(file('{"A": 8, "B": -0.5, "C": true, "D": false}'))).toEqual({
      A: "8",
      B: "-0.5",
      C: "true",
      D: "false",
    });
    expect(environmentOf(file('{"A": 8, /* comment */ "B": "8"}'))).toEqual({ A: "8", B: "8" });
  });

  it.each(["1.10", "1.0", "1e3", "-0", "12345678901234567890", "1e400"])(
    "refuses %s, which has more than one",
    (number) => {
      expect(environmentOf(file(`{"A": ${number}}`))).toBeUndefined();
      expect(environmentOf(file(`{"A": "${number}"}`))).toEqual({ A: number });
    },
  );

  it("keeps YAML's yes and no, which are text", () => {
    expect(environmentOf("env: {A: yes, B: no, C: 2026-01-27}\njobs: [{job_id: a, command: x}]")).toEqual({
      A: "yes",
      B: "no",
      C: "2026-01-27",
    });
  });
});
