// Bundles the compiled program: loading hundreds of small modules is most of what a short command costs. Each command is a
// file of its own, and what all of them take is written down beside them, so that each loads what it needs itself and no more.
import { rmSync, writeFileSync } from "node:fs";
import { Plugin } from "@oclif/core";
import { rolldown } from "rolldown";
import { COMMANDS } from "./dist/index.js";

const dir = "dist/bundle";
const manifest = "oclif.manifest.json";
for (const made of [dir, manifest]) rmSync(made, { recursive: true, force: true });

const files = Object.keys(COMMANDS).map((id) => `commands/${id.replaceAll(":", "/")}`);
const entries = ["main", "command-not-found", ...files];
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((name) => [name, `dist/${name}.js`])),
  platform: "node",
  checks: { ineffectiveDynamicImport: false },
  // Modules before CommonJS: one of the parsers hides its own files from a bundler in the latter form.
  resolve: { mainFields: ["module", "main"] },
  external: [
    // Asked for by the command framework while a program is developed; never here.
    "typescript",
    // What job queues are kept in. Only their commands load it, one is a native module, and threads load it by themselves.
    "better-sqlite3",
    "bullmq",
    "ioredis",
  ],
});
await bundle.write({
  ...{ dir, format: "esm", minify: true, keepNames: true },
  ...{ entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
  codeSplitting: {
    // A file costs a command as much as some kilobytes of code that it does not need.
    groups: [
      { name: "sdk", test: /node_modules.*(@aws-sdk|@smithy|@aws.)/, minShareCount: 4 },
      { name: "shared", test: /(apps.cli.dist|packages.[^/]+.dist)/, minShareCount: 12 },
    ],
  },
});
await bundle.close();

const plugin = new Plugin({
  ...{ root: import.meta.dirname, type: "core" },
  ...{ ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true },
});
await plugin.load();
writeFileSync(manifest, JSON.stringify(plugin.manifest));
