import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PutOptions, queueKeys, type StoredObject } from "@spawn/result-store";
import { MemoryStore } from "@spawn/result-store/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Ec2Launcher } from "../ec2-launcher.js";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";

const MINUTE = 60_000;

/** A store behind a slow line: a file comes through in pieces, and `meanwhile` is awaited before each. */
class SlowStore extends MemoryStore {
  meanwhile: (sent: number) => Promise<void> = async () => {};

  override async putFile(key: string, path: string, options: PutOptions = {}): Promise<StoredObject> {
    for (let sent = 0; sent < 50; sent += 1) {
      await this.meanwhile(sent);
      options.onBytes?.(1);
    }
    return super.putFile(key, path, {});
  }
}

let moto: Moto;
let rig: Rig;
let store: SlowStore;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

beforeEach(async () => {
  await moto.reset();
  store = new SlowStore();
  rig = new Rig(moto, { store });
  await rig.makeBucket();
});

afterEach(() => rig.close());

/** A work folder's archive of so many bytes. */
function archive(bytes: number): { readonly archive: string; readonly sha256: string } {
  const path = join(rig.folder, "workdir.tar.gz");
  writeFileSync(path, "");
  truncateSync(path, bytes);
  return { archive: path, sha256: "0".repeat(64) };
}

async function userDataOf(InstanceId: string): Promise<string> {
  const ec2 = await rig.clients.ec2();
  const { UserData } = await ec2.describeInstanceAttribute({ InstanceId, Attribute: "userData" });
  return Buffer.from(UserData?.Value ?? "", "base64").toString("utf8");
}

describe("a work folder that takes long to ship", () => {
  it.each([1, 20 * 2 ** 20])(
    "of %i bytes takes nothing off the time to live, nor off the runner's URL",
    async (bytes) => {
      let endedMs = 0;
      store.meanwhile = async () => {
        rig.clock.advance(MINUTE);
        endedMs = rig.clock.wallMs();
      };
      const instance = await rig.launcher.launch(rig.request({ ttlMs: 2 * MINUTE, workdir: archive(bytes) }));
      expect(Date.parse(instance.deadline)).toBeGreaterThanOrEqual(endedMs + 2 * MINUTE);
      expect(await rig.launcher.find(instance.instanceId)).toMatchObject({ deadline: instance.deadline });
      const script = await userDataOf(instance.instanceId);
      expect(script).toContain(`"deadline":"${instance.deadline}"`);
      const [, day = "", time = ""] = /X-Amz-Date=(\d{8})T(\d{6})Z/.exec(script) ?? [];
      const signed = `${day.replace(/(....)(..)/, "$1-$2-")}T${time.replace(/(..)(..)/, "$1:$2:")}Z`;
      expect(Date.parse(signed)).toBeGreaterThan(endedMs - 1_000);
      expect(
        JSON.parse(Buffer.from((await store.readBytes(queueKeys("pipeline").instance)) ?? []).toString()),
      ).toMatchObject({
        deadline: instance.deadline,
      });
    },
  );

  it("is there before anything that gc would take for left over", async () => {
    store.meanwhile = async () => rig.clock.advance(MINUTE);
    let before: readonly string[] | undefined;
    store.beforePut = async (key) => {
      if (key === queueKeys("pipeline").workdir) before = rig.handler.calls.map(({ operation }) => operation);
    };
    await rig.launcher.launch(rig.request({ workdir: archive(20 * 2 ** 20), carried: { TOKEN: "v" } }));
    expect(before?.filter((name) => /^(Create|Put)/.test(name))).toEqual([]);
  });

  it("is not taken for a launch that died, as long as something comes through", async () => {
    const processes = { host: "here", own: process.pid, isAlive: () => true };
    const other = new Ec2Launcher({ ...rig.parts, processes });
    const settled: string[] = [];
    store.meanwhile = async () => {
      rig.clock.advance(MINUTE);
      settled.push(...(await other.reconcile()));
    };
    await rig.launcher.launch(rig.request({ workdir: archive(20 * 2 ** 20) }));
    expect(settled).toEqual([]);
  });
});
