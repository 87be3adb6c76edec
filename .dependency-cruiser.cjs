// The table of who may import whom (ARCHITECTURE.md). One table, no exceptions.
const table = {
  "packages/foundation": [],
  "packages/dag-core": ["foundation"],
  "packages/attempt-runner": ["foundation"],
  "packages/result-store": ["foundation"],
  "packages/config-schema": ["foundation", "dag-core"],
  "packages/status-model": ["foundation", "dag-core"],
  "packages/launcher": ["foundation", "status-model", "attempt-runner"],
  "packages/aws-launcher": ["foundation", "status-model", "launcher", "result-store"],
  "packages/job-queue": ["foundation"],
  "apps/runner": [
    "foundation",
    "dag-core",
    "config-schema",
    "status-model",
    "attempt-runner",
    "result-store",
  ],
  "apps/cli": [
    "foundation",
    "dag-core",
    "config-schema",
    "status-model",
    "attempt-runner",
    "result-store",
    "launcher",
    "aws-launcher",
    "job-queue",
  ],
};

const tests = "\\.test\\.ts$|/src/testing/";

const rooms = Object.entries(table).map(([room, allowed]) => ({
  name: `${room} imports only what the table allows`,
  severity: "error",
  from: { path: `^${room}/`, pathNot: tests },
  to: {
    path: "^(packages|apps)/",
    pathNot: [`^${room}/`, ...allowed.map((name) => `^packages/${name}/`)],
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...rooms,
    {
      name: "no cycles, types included",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "a package is entered by its index or its testing entry",
      severity: "error",
      from: { path: "^(packages|apps)/([^/]+)/" },
      to: {
        path: "^packages/[^/]+/src/",
        pathNot: ["^packages/$2/", "^packages/[^/]+/src/(index|testing/index)\\.ts$"],
      },
    },
    {
      name: "testing entries are for tests",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: tests },
      to: { path: "/src/testing/" },
    },
    {
      name: "dag-core has no I/O",
      severity: "error",
      from: { path: "^packages/dag-core/src/", pathNot: tests },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no import that does not resolve",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules|scripts|fixtures)/|build\\.mjs$|/bin/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.tests.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["spawn-source", "import", "node", "default", "types"],
    },
  },
};
