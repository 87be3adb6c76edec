import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { test } from "./rig-test.js";

const everyByte = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256);

describe("results", () => {
  test("of every shape come out byte-equal, beside the logs", async ({ rig }) => {
    rig.write("source.bin", everyByte);
    const file = rig.queue({
      queue_id: "shapes",
      jobs: [
        {
          job_id: "make",
          command: [
            "mkdir -p out/deep/deeper 'out/with space'",
            "cp source.bin out/one.bin; cp source.bin out/deep/a.pth; cp source.bin out/deep/deeper/b.pth",
            "printf x > 'out/with space/ü.txt'; : > out/empty",
            "echo to stdout; echo to stderr >&2",
          ].join("\n"),
          result_files: [
            "out/one.bin",
            "out/**/*.pth",
            "out/with space/",
            "out/empty",
            `${rig.cwd}/source.bin`,
            "not/there.txt",
          ],
        },
      ],
    });
    const { result, status } = await rig.runQueue(file);
    expect(result.code).toBe(0);
    const folder = join(rig.cwd, "results/shapes/make");
    for (const name of ["one.bin", "deep/a.pth", "deep/deeper/b.pth", "source.bin"]) {
      expect(readFileSync(join(folder, "results", name)).equals(everyByte), name).toBe(true);
    }
    expect(readFileSync(join(folder, "results/with space/ü.txt"), "utf8")).toBe("x");
    expect(readFileSync(join(folder, "results/empty")).length).toBe(0);
    expect(readFileSync(join(folder, "stdout.log"), "utf8")).toBe("to stdout\n");
    expect(readFileSync(join(folder, "stderr.log"), "utf8")).toBe("to stderr\n");
    expect(readFileSync(join(folder, "exit_code"), "utf8").trim()).toBe("0");
    expect(status.warnings).toMatchObject([
      { job_id: "make", message: expect.stringContaining("not/there.txt") },
    ]);
  });

  test("can be had again later, elsewhere, of one job, with or without logs", async ({ rig }) => {
    const job = (job_id: string): object => ({
      job_id,
      command: `echo ${job_id} | tee ${job_id}.txt`,
      result_files: [`${job_id}.txt`],
    });
    await rig.runQueue(rig.queue({ queue_id: "pair", jobs: [job("one"), job("two")] }));

    const one = await rig.run(["queue", "results", "pair", "--job", "one", "-o", "only-one", "--no-logs"]);
    expect(one.code).toBe(0);
    expect(rig.read("only-one/one/results/one.txt")).toBe("one\n");
    expect(() => rig.read("only-one/one/stdout.log")).toThrow();
    expect(() => rig.read("only-one/two/results/two.txt")).toThrow();

    const logs = await rig.run(["queue", "results", "pair", "-o", "logs", "--logs-only"]);
    expect(logs.code).toBe(0);
    expect(rig.read("logs/two/stdout.log")).toBe("two\n");
    expect(() => rig.read("logs/two/results/two.txt")).toThrow();

    const unknown = await rig.run(["queue", "results", "no-such-queue"]);
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain("no-such-queue");
  });

  test("of an earlier run are gone, what is the user's own stays", async ({ rig }) => {
    const files = (...names: string[]): string =>
      rig.queue({
        queue_id: "again",
        jobs: [
          {
            job_id: "make",
            command: `rm -rf o; mkdir o; touch ${names.map((n) => `o/${n}`).join(" ")}`,
            result_files: ["o/"],
          },
        ],
      });
    await rig.runQueue(files("kept", "old", "edited"));
    const results = "results/again/make/results/o";
    rig.write(`${results}/edited`, "by hand");
    rig.write(`${results}/notes`, "my own");
    const again = await rig.runQueue(files("kept", "new"), { args: ["--overwrite"] });
    expect(again.result.code).toBe(0);
    expect(readdirSync(join(rig.cwd, results)).sort()).toEqual(["edited", "kept", "new", "notes"]);
    expect([rig.read(`${results}/edited`), rig.read(`${results}/notes`)]).toEqual(["by hand", "my own"]);
    expect(again.result.stderr).toMatch(/kept in .*edited/);

    rig.write("change.json", rig.read(files("kept")));
    expect((await rig.run(["queue", "resume", "again", "--batch-queue", "change.json", "--wait"])).code).toBe(
      0,
    );
    const fetched = await rig.run(["queue", "results", "again", "--json"]);
    expect(JSON.parse(fetched.stdout)).toMatchObject({ removed: ["make/results/o/new"] });
    expect(readdirSync(join(rig.cwd, results)).sort()).toEqual(["edited", "kept", "notes"]);
  });

  test("of a failed job are kept as well", async ({ rig }) => {
    const file = rig.queue({
      queue_id: "half",
      jobs: [{ job_id: "half", command: "echo so far > half.txt; exit 1", result_files: ["half.txt"] }],
    });
    const { result } = await rig.runQueue(file);
    expect(result.code).toBe(1);
    expect(rig.read("results/half/half/results/half.txt")).toBe("so far\n");
  });
});
