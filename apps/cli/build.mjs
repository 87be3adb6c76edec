// Bundles the compiled program: loading hundreds of small modules is most of what a short command costs.
import { rmSync } from "node:fs";
import { build } from "esbuild";

const outdir = "dist/bundle";
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: ["dist/main.js", "dist/index.js"],
  outdir,
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  // Modules before CommonJS: one of the parsers hides its own files from a bundler in the latter form.
  mainFields: ["module", "main"],
  format: "esm",
  minify: true,
  keepNames: true,
  legalComments: "none",
  // Asked for by the command framework while a program is developed; never here.
  external: ["typescript"],
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      "import { fileURLToPath as __fileURLToPath } from 'node:url';",
      "const require = __createRequire(import.meta.url);",
      "const __filename = __fileURLToPath(import.meta.url);",
      "const __dirname = __fileURLToPath(new URL('.', import.meta.url));",
    ].join(" "),
  },
});
