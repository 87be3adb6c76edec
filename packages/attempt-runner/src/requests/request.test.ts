import { describe, expect, it } from "vitest";
import { parseRequest, type RunnerRequest } from "./request.js";

describe("parseRequest", () => {
  it.each<RunnerRequest>([
    { kind: "cancel", force: false },
    { kind: "cancel", force: true },
    { kind: "interrupt", cause: "spot" },
    { kind: "interrupt", cause: "ttl" },
    { kind: "interrupt", cause: "shutdown" },
    { kind: "extend", deadline: "2026-11-24T18:00:00Z" },
    { kind: "extend", deadline: "2026-11-24T18:00:00.5+01:00" },
    { kind: "resume", rerun: [] },
    { kind: "resume", rerun: ["train"] },
    { kind: "resume", rerun: [], workdir: { sha256: "0".repeat(64) } },
  ])("reads back %j", (request) => {
    expect(parseRequest(JSON.stringify(request))).toEqual(request);
  });

  it.each([
    ["", "not JSON"],
    ["null", "not an object"],
    ["[]", "not an object"],
    ['{"kind":"dance"}', 'unknown kind "dance"'],
    ['{"kind":"cancel"}', "force"],
    ['{"kind":"cancel","force":"yes"}', "force"],
    ['{"kind":"interrupt","cause":"boredom"}', "cause"],
    ['{"kind":"extend"}', "deadline"],
    ['{"kind":"resume"}', "rerun"],
    ['{"kind":"resume","rerun":[1]}', "rerun"],
    ['{"kind":"resume","rerun":[],"workdir":{"sha256":"../x"}}', "workdir"],
    ['{"kind":"extend","deadline":"2h"}', "deadline"],
    ['{"kind":"extend","deadline":"2026-11-24T18:00:00"}', "deadline"],
    ['{"kind":"extend","deadline":"2026-13-24T18:00:00Z"}', "deadline"],
  ])("says what is wrong with %j", (text, problem) => {
    expect(parseRequest(text)).toContain(problem);
  });
});
