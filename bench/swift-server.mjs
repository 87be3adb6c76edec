import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { answers, freePort, startServer, stopServer } from "./local-server.mjs";
import { lacking } from "./peers.mjs";

const STORAGE = ["account", "container", "object"];
const PROGRAMS = [
  "swift-ring-builder",
  "swift-proxy-server",
  ...STORAGE.map((kind) => `swift-${kind}-server`),
];
const KEYS = { AWS_ACCESS_KEY_ID: "bench:tester", AWS_SECRET_ACCESS_KEY: "bench-secret" };

/** Why there can be no server on this machine; nothing where there can. */
export function whyNoSwift() {
  const missing = lacking([...PROGRAMS, "memcached"]);
  if (missing.length === 0) return undefined;
  return `no ${missing.join(", ")} (Debian: swift-proxy swift-account swift-container swift-object memcached)`;
}

/**
 * OpenStack Swift with its S3 API, on loopback, all its files below one folder: an implementation of S3 that is neither AWS's
 * nor ours, and that checks signatures. One replica; two processes each for the proxy and for objects.
 *
 * @param {string} parent of its folder; it must hold extended attributes
 */
export async function swiftServer(parent) {
  const folder = mkdtempSync(join(parent, "swift-"));
  const ports = await freePorts(["proxy", "memcached", ...STORAGE]);
  const data = join(folder, "node");
  mkdirSync(join(data, "disk"), { recursive: true });
  writeConfiguration(folder, data, ports);
  makeRings(folder, ports);
  const servers = startServers(folder, ports);
  const endpoint = `http://127.0.0.1:${ports.proxy}`;
  const stop = async () => {
    await Promise.all(servers.map(stopServer));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers(`${endpoint}/healthcheck`, servers);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    keys: KEYS,
    stop,
    /** Takes the bytes of all objects away; their names remain in the listings, and are not to be used again. */
    drop: () => rmSync(join(data, "disk/objects"), { recursive: true, force: true }),
  };
}

async function freePorts(names) {
  const ports = {};
  for (const name of names) ports[name] = await freePort();
  return ports;
}

function writeConfiguration(folder, data, ports) {
  const write = (name, text) => writeFileSync(join(folder, `${name}.conf`), text);
  write(
    "swift",
    "[swift-hash]\nswift_hash_path_suffix = bench\n\n[storage-policy:0]\nname = bench\ndefault = yes\n",
  );
  for (const kind of STORAGE) write(kind, storageConfiguration(kind, folder, data, ports[kind]));
  write("proxy", proxyConfiguration(folder, ports));
}

function common(folder, port, workers) {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = ${workers}
user = ${userInfo().username}
swift_dir = ${folder}
log_level = ERROR
`;
}

/** What a listing says must be what is there: an object is stored once its container knows it. */
function storageConfiguration(kind, folder, data, port) {
  return `${common(folder, port, kind === "object" ? 2 : 1)}devices = ${data}
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
container_update_timeout = 60

[pipeline:main]
pipeline = ${kind}-server

[app:${kind}-server]
use = egg:swift#${kind}
`;
}

function proxyConfiguration(folder, ports) {
  const plain = [
    "catch_errors",
    "gatekeeper",
    "healthcheck",
    "listing_formats",
    "bulk",
    "copy",
    "slo",
    "dlo",
  ];
  const user = KEYS.AWS_ACCESS_KEY_ID.replace(":", "_");
  return `${common(folder, ports.proxy, 2)}
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${ports.memcached}

[filter:tempauth]
use = egg:swift#tempauth
user_${user} = ${KEYS.AWS_SECRET_ACCESS_KEY} .admin

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
${plain.map((name) => `\n[filter:${name}]\nuse = egg:swift#${name}\n`).join("")}`;
}

function makeRings(folder, ports) {
  for (const kind of STORAGE) {
    const builder = join(folder, `${kind}.builder`);
    const device = `r1z1-127.0.0.1:${ports[kind]}/disk`;
    for (const step of [["create", "4", "1", "1"], ["add", device, "1"], ["rebalance"]]) {
      const { status, stdout, stderr } = spawnSync("swift-ring-builder", [builder, ...step], {
        encoding: "utf8",
      });
      // 1 is a warning: one device is no safe place.
      if (status !== 0 && status !== 1)
        throw new Error(`swift-ring-builder ${step[0]} failed:\n${stdout}${stderr}`);
    }
  }
}

function startServers(folder, ports) {
  const memcached = ["memcached", "-l", "127.0.0.1", "-p", String(ports.memcached), "-U", "0"];
  return [
    startServer(folder, "memcached", [...memcached, "-u", userInfo().username]),
    ...[...STORAGE, "proxy"].map((kind) =>
      startServer(folder, kind, [`swift-${kind}-server`, join(folder, `${kind}.conf`), "--verbose"]),
    ),
  ];
}
