import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RUNNERS, runnerCommand, SPAWN } from "./product.mjs";

/** The name of the bucket for results on EC2 in this region. */
export const BUCKET = "spawn-results-us-east-1";
const REGION = "us-east-1";
const JOB = "make";

export const PRODUCT = "spawn";

/**
 * @typedef {object} Transfer
 * @property {string} id of its own, part of every key; or of what is stored
 * @property {string} data the folder with the files that go up, or the one into which they come down
 * @property {string} folder for what else the contender needs
 * @property {string} home the folder that it takes for its user's
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} [peer] the program
 * @property {{ command: (transfer: Transfer) => readonly string[], what?: string }} up
 * @property {{ command: (transfer: Transfer) => readonly string[], what?: string }} down
 * @property {(id: string) => string} prefix of the keys under which it stores files
 * @property {Readonly<Record<string, string>>} [env]
 */

/**
 * The product's two halves: a runner with one job, whose results are there already, and the command that fetches them.
 *
 * @returns {Contender}
 */
export function product() {
  const [runner, { argv }] = [...RUNNERS].find(([, { program }]) => existsSync(program));
  const up = ({ id, data, folder }) => {
    const state = join(folder, "instance/var/lib/spawn-queue");
    mkdirSync(state, { recursive: true });
    const jobs = [{ job_id: JOB, command: "true", working_directory: data, result_files: ["./"] }];
    writeFileSync(join(state, "queue.json"), JSON.stringify({ queue_id: id, jobs }));
    return [...argv, ...runnerCommand(folder, `s3://${BUCKET}/`)];
  };
  // As on the machine from which it was launched, where a launch has noted where its results are.
  const down = ({ id, data, home }) => {
    const noted = join(home, ".local/state/spawn/ec2");
    mkdirSync(noted, { recursive: true });
    const launch = {
      instanceId: "i-0123456789abcdef0",
      queueId: id,
      region: REGION,
      storeRoot: `s3://${BUCKET}/`,
    };
    const record = { schema_version: 1, ...launch, launchedAt: "2026-01-01T00:00:00Z" };
    writeFileSync(join(noted, `${launch.instanceId}.json`), JSON.stringify(record));
    return [process.execPath, SPAWN, "queue", "results", id, "--output", data];
  };
  return {
    name: PRODUCT,
    up: { what: `${runner}, one job`, command: up },
    down: { what: "spawn queue results", command: down },
    prefix: resultsOf,
  };
}

/**
 * The peers, as they are; rclone also with what its users are told to set for many files.
 *
 * @returns {readonly Contender[]}
 */
export function peers(endpoint) {
  return [
    rclone("rclone copy", endpoint, []),
    rclone("rclone copy --transfers 16 --checkers 16", endpoint, ["--transfers", "16", "--checkers", "16"]),
    aws("aws s3 cp --recursive", endpoint),
  ];
}

function rclone(name, endpoint, flags) {
  const copy = (from, to) => ["rclone", "copy", ...flags, from, to];
  const settings = { TYPE: "s3", PROVIDER: "Other", ENV_AUTH: "true", ENDPOINT: endpoint, REGION };
  const env = Object.entries(settings).map(([key, value]) => [`RCLONE_CONFIG_S3_${key}`, value]);
  return {
    ...{ name, peer: "rclone", env: Object.fromEntries(env), prefix: (id) => `${id}/` },
    up: { command: ({ id, data }) => copy(data, `s3:${BUCKET}/${id}/`) },
    down: { command: ({ id, data }) => copy(`s3:${BUCKET}/${resultsOf(id)}`, data) },
  };
}

function aws(name, endpoint) {
  const s3 = ["aws", "--endpoint-url", endpoint, "s3"];
  const copy = (from, to) => [...s3, "cp", "--recursive", "--only-show-errors", from, to];
  return {
    ...{ name, peer: "aws", prefix: (id) => `${id}/` },
    up: { command: ({ id, data }) => copy(data, `s3://${BUCKET}/${id}/`) },
    down: { command: ({ id, data }) => copy(`s3://${BUCKET}/${resultsOf(id)}`, data) },
  };
}

/** Where the results of a queue's one job lie in the bucket. */
export function resultsOf(id) {
  return `${id}/${JOB}/results/`;
}

/** Where the product puts them in the folder into which it fetches. */
export function resultsIn(data) {
  return join(data, JOB, "results");
}
