import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { motoServer } from "./moto-server.mjs";
import { lacking } from "./peers.mjs";
import { figureOf, interleave, ratioOf } from "./statistics.mjs";
import { swiftServer, whyNoSwift } from "./swift-server.mjs";
import { show } from "./table.mjs";
import { makeBucket } from "./transfer-bucket.mjs";
import { BUCKET, PRODUCT, peers, product, resultsIn } from "./transfer-contenders.mjs";
import { filesIn, makeFiles } from "./transfer-files.mjs";

/** Files and objects are kept in memory where there is room, so that no disk is measured. */
const MEMORY_DISK = "/dev/shm";
const MIB = 2 ** 20;

/** @typedef {{ files: number, bytes: number, what: string, rounds: number }} Load files of one size, and what to call them */

/**
 * Results of a job to S3 and back, beside programs that copy files to S3 and back.
 *
 * @param {{ loads: readonly Load[], bench: import("./run.mjs").Bench }} options
 * @returns {AsyncGenerator<import("./table.mjs").Section>}
 */
export async function* benchTransfers({ loads, bench }) {
  const why = whyNoSwift() ?? (lacking(["moto_server"]).length > 0 ? "no moto_server" : undefined);
  if (why !== undefined) {
    bench.report(`${why} on this machine: the transfers cannot be measured and are left out`);
    return;
  }
  const scratch = mkdtempSync(join(existsSync(MEMORY_DISK) ? MEMORY_DISK : bench.scratch, "spawn-bench-"));
  const servers = [];
  try {
    const moto = await motoServer(scratch);
    servers.push(moto);
    const swift = await swiftServer(scratch);
    servers.push(swift);
    const bucket = await makeBucket(swift, BUCKET);
    const site = { scratch, swift, bucket, bench, env: environmentFor(swift, moto, scratch) };
    for (const load of loads) yield* transfersOf(load, site);
  } finally {
    for (const server of servers) await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What every contender is told; nothing of this machine's own settings. */
function environmentFor(swift, moto, scratch) {
  const own = Object.keys(process.env).filter((name) => /^(?:AWS|RCLONE|SPAWN|XDG)_/.test(name));
  const HOME = join(scratch, "home");
  mkdirSync(HOME);
  return {
    ...Object.fromEntries(own.map((name) => [name, undefined])),
    ...swift.keys,
    HOME,
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_ENDPOINT_URL_S3: swift.endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

async function* transfersOf(load, site) {
  const { scratch, swift, bench } = site;
  const source = mkdtempSync(join(scratch, "source-"));
  makeFiles(source, load);
  const ours = product();
  const others = peers(swift.endpoint).filter(({ peer }) => bench.peers.has(peer));
  const contenders = [ours, ...others];
  const measureAll = (transfer) =>
    interleave(
      load.rounds,
      new Map(contenders.map((one) => [one.name, () => transfer(one)])),
      (name, round) => bench.report(`${load.what}, round ${round + 1}: ${name}`),
    );

  const up = await measureAll(async (contender) => {
    const { usage } = await store(contender, source, load, site);
    swift.drop();
    return usage;
  });
  yield sectionOf("up", ours.up.what, load, up);

  const { id } = await store(ours, source, load, site);
  const down = await measureAll((contender) => fetchFiles(contender, id, load, site));
  yield sectionOf("down", ours.down.what, load, down);
  swift.drop();
  rmSync(source, { recursive: true });
}

/** Stores all files under a name of their own. */
async function store(contender, source, load, site) {
  const folder = mkdtempSync(join(site.scratch, "run-"));
  const id = folder.slice(site.scratch.length + 1);
  const command = contender.up.command({ id, data: source, folder, home: site.env.HOME });
  const usage = site.bench.measure(command, { cwd: folder, env: { ...site.env, ...contender.env } });
  rmSync(folder, { recursive: true });
  check(contender.name, load, await site.bucket.objectsBelow(contender.prefix(id)));
  return { id, usage };
}

/** Fetches what the product has stored. */
function fetchFiles(contender, id, load, site) {
  const folder = mkdtempSync(join(site.scratch, "run-"));
  const data = join(folder, "fetched");
  const command = contender.down.command({ id, data, folder, home: site.env.HOME });
  const usage = site.bench.measure(command, { cwd: folder, env: { ...site.env, ...contender.env } });
  check(contender.name, load, filesIn(contender.name === PRODUCT ? resultsIn(data) : data));
  rmSync(folder, { recursive: true });
  return usage;
}

/** @throws Error where not all is there */
function check(name, { files, bytes }, found) {
  if (found.files === files && found.bytes === files * bytes) return;
  throw new Error(`${name} left ${found.files} files of ${found.bytes} bytes, not ${files} of ${bytes} each`);
}

function sectionOf(direction, ours, load, results) {
  const wall = (usages) => usages.map(({ wallSeconds }) => wallSeconds);
  const base = wall(results.get(PRODUCT));
  const [unit, amount] =
    load.bytes >= MIB ? ["MiB a second", (load.files * load.bytes) / MIB] : ["files a second", load.files];
  const rows = [...results].map(([name, usages]) => [
    name === PRODUCT ? ours : name,
    show(figureOf(wall(usages))),
    show(ratioOf(wall(usages), base), { unit: "×" }),
    show(figureOf(wall(usages).map((seconds) => amount / seconds))),
    show(figureOf(usages.map(({ cpuSeconds }) => cpuSeconds))),
    show(figureOf(usages.map(({ peakBytes }) => peakBytes)), { scale: 1 / MIB }),
  ]);
  return {
    title: `${load.what}, ${direction}`,
    columns: ["", "wall, s", "of spawn", unit, "CPU, s", "peak memory, MiB"],
    rows,
    remarks: [`Median of ${load.rounds} interleaved rounds (least–most); ratios are taken within a round.`],
  };
}
