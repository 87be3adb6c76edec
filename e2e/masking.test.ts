import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { test } from "./rig-test.js";

const TOKEN = "t0p-s3cret/value+42";

describe("a carried variable's value", () => {
  test.for([
    { how: "by --env", environment: {}, args: ["--env", "TOKEN"] },
    { how: "by ${TOKEN}", environment: { KEY: "${TOKEN}" }, args: [] },
  ])(
    "carried $how is masked in what spawn shows, and in no file that spawn writes itself",
    async (carried, { rig }) => {
      const gate = rig.gate("show");
      const file = rig.queue({
        queue_id: "masked",
        environment: carried.environment,
        jobs: [
          { job_id: "show", command: `echo "the token is $TOKEN."; echo "$TOKEN" >&2; ${gate.command}` },
        ],
      });
      const env = { TOKEN };
      await rig.launch(file, carried.args, { env });
      await gate.reached();
      await rig.logged("show", /the token is/);
      const during = await rig.run(["queue", "status", "masked", "--json"]);
      expect(during.stdout).toContain("the token is ***.");
      gate.open();
      await rig.ended("masked");

      const logs = await rig.run(["queue", "logs", "masked", "show"]);
      expect(logs.stdout).toContain("the token is ***.");
      const raw = await rig.run(["queue", "logs", "masked", "show", "--raw"]);
      expect(raw.stdout).toContain(`the token is ${TOKEN}.`);
      for (const shown of [during, logs, await rig.run(["queue", "status", "masked"])]) {
        expect(shown.stdout + shown.stderr).not.toContain(TOKEN);
      }

      const holders = files(rig.stateHome).filter((path) => readFileSync(path).includes(TOKEN));
      expect(holders.filter((path) => !/\.(stdout|stderr)$|(stdout|stderr)\.log$/.test(path))).toEqual([]);
      expect(holders.length).toBeGreaterThan(0);
      for (const path of holders) expect((statSync(path).mode & 0o777).toString(8), path).toBe("600");
    },
  );
});

/** All files below a folder. */
function files(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
