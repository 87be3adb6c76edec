// node bench/launch.mjs [ROUNDS]: what a launch on EC2 asks of AWS, and how long it takes, in the lab (e2e/lab).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeMachine } from "./machine.mjs";
import { assertBuilt } from "./product.mjs";
import { figureOf } from "./statistics.mjs";
import { markdownOf, show } from "./table.mjs";

const rounds = Number(process.argv[2] ?? 5);
assertBuilt();
const scratch = mkdtempSync(join(tmpdir(), "spawn-bench-"));
try {
  const found = join(scratch, "launches.json");
  // The lab is written in TypeScript, and Vitest is what runs that here.
  const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--config", join(import.meta.dirname, "vitest.config.ts"), "launch"];
  const env = { ...process.env, SPAWN_BENCH_ROUNDS: String(rounds), SPAWN_BENCH_FOUND: found };
  const { status } = spawnSync(process.execPath, args, { env, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error("the launches could not be measured");
  const { calls, times } = JSON.parse(readFileSync(found, "utf8"));
  console.log([describeMachine(scratch, [], new Date()), callsTable(calls), timesTable(times)].join("\n\n"));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function callsTable(calls) {
  return markdownOf({
    title: "AWS calls of a launch",
    columns: ["", "calls", "one after another", "of them before RunInstances"],
    rows: calls.map(({ name, total, path, before }) => [name, total, path, before]),
  });
}

function timesTable(times) {
  const seconds = (name) => show(figureOf(times.map((one) => one[name])), { scale: 1 / 1000 });
  const rows = [
    ["Enter to the first job", seconds("firstJob")],
    ["– of it the machine's boot", seconds("boot")],
    ["Enter to the first job, minus boot", seconds("own")],
    ["– Enter to RunInstances", seconds("requested")],
    ["– up, to the agent's first call (runner fetched, checked, started)", seconds("installed")],
    ["– the agent's first call to the first job", seconds("prepared")],
    ["Enter to the command's end", seconds("command")],
  ];
  return markdownOf({ title: `A launch in the lab, ${rounds} rounds`, columns: ["", "s"], rows });
}
