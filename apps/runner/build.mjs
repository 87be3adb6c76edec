// Bundles the runner into one file that needs nothing but Node beside it.
import { chmodSync } from "node:fs";
import { build } from "esbuild";

const outfile = "dist/spawn-runner.mjs";
await build({
  entryPoints: ["dist/main.js"],
  outfile,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  mainFields: ["module", "main"],
  minify: true,
  keepNames: true,
  legalComments: "none",
  sourcemap: true,
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
chmodSync(outfile, 0o755);
