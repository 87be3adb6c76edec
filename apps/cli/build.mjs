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
  external: [
    // Asked for by the command framework while a program is developed; never here.
    "typescript",
    // What job queues are kept in. Only their commands load it, one is a native module, and threads load it by themselves.
    "better-sqlite3",
    "bullmq",
    "ioredis",
  ],
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
