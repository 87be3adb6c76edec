// Builds the shipped runner: one file a platform that needs nothing beside it. Bun comes from the npm registry.
// Usage: node build-binary.mjs [x64] [arm64]   (default: both)
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const BUN = "bun@1.4.5";
const folder = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((arch) => !["x64", "arm64"].includes(arch));
if (unknown.length > 0) {
  console.error(`unknown architecture: ${unknown.join(", ")}; there are x64 and arm64`);
  process.exit(2);
}

mkdirSync(`${folder}binary`, { recursive: true });
const bundle = createHash("sha256")
  .update(readFileSync(`${folder}dist/spawn-runner.mjs`))
  .digest("hex");
for (const arch of wanted.length > 0 ? wanted : ["x64", "arm64"]) {
  const outfile = `binary/spawn-runner-linux-${arch}`;
  const unfinished = `${outfile}.unfinished`;
  const result = spawnSync(
    "npx",
    [
      ...["-y", BUN, "build", "dist/spawn-runner.mjs", "--compile", "--minify", "--bytecode"],
      // What only an agent on EC2 loads stays unread by the others.
      ...["--splitting", "--format=esm"],
      // A program must not read the settings of whatever folder it is started in.
      ...["--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"],
      ...[`--target=bun-linux-${arch}`, "--outfile", unfinished],
    ],
    { cwd: folder, encoding: "utf8" },
  );
  if (result.status !== 0) {
    rmSync(`${folder}${unfinished}`, { force: true });
    console.error(`${result.stdout ?? ""}${result.stderr ?? ""}building ${outfile} failed`);
    process.exit(1);
  }
  // By which the command line tells whether the binary is still the bundle's.
  rmSync(`${folder}${outfile}.made-of`, { force: true });
  renameSync(`${folder}${unfinished}`, `${folder}${outfile}`);
  writeFileSync(`${folder}${outfile}.made-of`, `${bundle}\n`);
  console.log(`${outfile} (${Math.round(statSync(`${folder}${outfile}`).size / 1e6)} MB)`);
}
