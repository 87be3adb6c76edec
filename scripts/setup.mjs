// Installs the dependencies and builds everything: all the set-up there is. Does nothing that is done already.
import { pnpm } from "./pnpm.mjs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`spawn needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

pnpm("install", "--frozen-lockfile", "--prefer-offline", "--reporter=silent");
pnpm("run", "--silent", "build");
