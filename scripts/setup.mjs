// Installs the dependencies and builds everything: all the set-up there is. Does nothing that is done already.
import { pnpm, pnpmQuietly } from "./pnpm.mjs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`spawn needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

pnpmQuietly("install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only");
pnpm("run", "--silent", "build");
