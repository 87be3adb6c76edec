import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@spawn/foundation";
import { MemoryStore } from "@spawn/result-store/testing";
import { AwsClients } from "../aws/aws-clients.js";
import { Ec2Launcher } from "../ec2-launcher.js";
import type { Ec2Parts } from "../ec2-parts.js";
import type { LaunchEvent } from "../launch/launch-events.js";
import type { Ec2LaunchRequest } from "../request.js";
import { FaultyHandler } from "./faulty-handler.js";
import { HurriedClock } from "./hurried-clock.js";
import type { Moto } from "./moto.js";

export const REGION = "us-east-1";
export const BUCKET = "spawn-results-test";
const DEAD_PID = 999_999_999;

/** A launcher in front of moto, and all that a test wants to look at. */
export class Rig {
  readonly handler = new FaultyHandler();
  readonly clock = new HurriedClock();
  readonly store = new MemoryStore();
  readonly folder = mkdtempSync(join(tmpdir(), "spawn-ec2-"));
  readonly events: LaunchEvent[] = [];
  readonly clients: AwsClients;
  readonly parts: Ec2Parts;
  readonly launcher: Ec2Launcher;

  constructor(moto: Moto, more: Partial<Ec2Parts> = {}) {
    const runner = join(this.folder, "spawn-runner");
    writeFileSync(runner, "#!/bin/sh\nexit 0\n");
    this.clients = new AwsClients({
      region: REGION,
      endpoint: moto.endpoint,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: this.handler,
    });
    this.parts = {
      clients: this.clients,
      clock: this.clock,
      random: seededRandom(1),
      // A process that is gone, so that what it began is found by the next one.
      processes: { host: "here", own: DEAD_PID, isAlive: () => false },
      stateFolder: this.folder,
      store: this.store,
      bucket: BUCKET,
      prefix: "",
      runners: { x86_64: runner, arm64: runner },
      createdBy: "tester",
      silentMs: 4_000,
      ...more,
    };
    this.launcher = new Ec2Launcher(this.parts);
  }

  async makeBucket(): Promise<void> {
    await (await this.clients.s3()).createBucket({ Bucket: BUCKET });
  }

  request(more: Partial<Ec2LaunchRequest> = {}): Ec2LaunchRequest {
    return {
      queueId: "pipeline",
      queueFile: '{"queue_id":"pipeline","jobs":[]}',
      tags: {},
      instanceTypes: ["t3.micro"],
      ttlMs: 3_600_000,
      keepOnFailureMs: 3_600_000,
      market: { kind: "on-demand" },
      role: { kind: "made", templates: [], statements: [], secrets: [] },
      carried: {},
      onEvent: (event) => this.events.push(event),
      ...more,
    };
  }

  async close(): Promise<void> {
    await this.clients.close();
    this.handler.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
