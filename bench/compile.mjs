import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** What compiles the measuring programs; undefined where the machine has none. */
export function findCompiler() {
  return ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);
}

/**
 * @param {string} compiler
 * @param {string} name of a C file in this folder, without its ending
 * @param {string} folder where the program goes
 * @returns {string} path of the program
 */
export function compile(compiler, name, folder) {
  const program = join(folder, name);
  const source = join(import.meta.dirname, `${name}.c`);
  const result = spawnSync(compiler, ["-O2", "-Wall", "-o", program, source], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${compiler} ${source} failed:\n${result.stderr}`);
  return program;
}
