import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";

/**
 * What a figure depends on, as one line.
 *
 * @param {string} scratch where the runs write
 * @param {Iterable<string>} peers with their versions
 * @param {Date} now
 */
export function describeMachine(scratch, peers, now) {
  const fileSystem = spawnSync("df", ["--output=fstype", scratch], { encoding: "utf8" }).stdout?.split(
    "\n",
  )[1];
  return [
    now.toISOString().slice(0, 10),
    `${cpus()[0]?.model ?? "unknown CPU"}, ${availableParallelism()} cores`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `${type()} ${release()}`,
    ...(fileSystem ? [`scratch on ${fileSystem}`] : []),
    `Node ${process.version}`,
    ...peers,
  ].join(" · ");
}
