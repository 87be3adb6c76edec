import { createHash, randomBytes } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { SpawnError } from "@spawn/foundation";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Moto, startMoto } from "../testing/moto.js";
import { BUCKET, Rig } from "../testing/rig.js";
import { type RunnerEvent, storeRunner } from "./runner-object.js";

/** More than one part of an upload. */
const RUNNER_BYTES = 12 * 2 ** 20;

let moto: Moto;
let rig: Rig;
let program: Buffer;
let events: RunnerEvent[];

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

beforeEach(async () => {
  await moto.reset();
  rig = new Rig(moto);
  await rig.makeBucket();
  program = randomBytes(RUNNER_BYTES);
  events = [];
  return () => rig.close();
});

const store = (tell: (event: RunnerEvent) => void = (event) => events.push(event)) => {
  const path = join(rig.folder, "large-runner");
  writeFileSync(path, program);
  const { prefix, stateFolder } = rig.parts;
  const source = { binaries: { x86_64: path }, bucket: BUCKET, prefix, account: "123456789012", stateFolder };
  return storeRunner(rig.clients, source, "x86_64", tell);
};

const packingFolders = () => readdirSync(rig.folder).filter((name) => name.startsWith("packing-"));

describe("the runner's program", { timeout: 60_000 }, () => {
  it("is stored once, packed, and tells how far it is", async () => {
    const { key, sha256 } = await store();
    expect(sha256).toBe(createHash("sha256").update(program).digest("hex"));
    const { Body } = await (await rig.clients.s3()).getObject({ Bucket: BUCKET, Key: key });
    const packed = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(gunzipSync(packed).equals(program)).toBe(true);
    expect(events[0]).toEqual({ type: "packing-runner" });
    const sent = events.flatMap((event) => (event.type === "storing-runner" ? [event.sent] : []));
    expect(sent.length).toBeGreaterThan(1);
    expect(sent).toEqual(sent.toSorted((a, b) => a - b));
    expect(events.at(-1)).toEqual({ type: "storing-runner", sent: packed.length, size: packed.length });
    expect(packingFolders()).toEqual([]);
    events = [];
    expect(await store()).toEqual({ key, sha256 });
    expect(events).toEqual([]);
  });

  it("is stored where another launch has completed the same upload first", async () => {
    const isCompletion = ({ body }: { readonly body: string }) => body.includes("<CompleteMultipartUpload");
    let completions = 0;
    rig.handler.fault = (call) => {
      if (isCompletion(call)) completions += 1;
      return completions === 1 ? "lost-answer" : undefined;
    };
    // As S3 answers whoever asks for what was completed behind its back.
    const gone = { status: 404, body: "<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>" };
    rig.handler.answer = (call) => (isCompletion(call) && completions > 1 ? gone : undefined);
    const { key } = await store();
    expect(completions).toBe(2);
    const { ContentLength } = await (await rig.clients.s3()).headObject({ Bucket: BUCKET, Key: key });
    expect(events.at(-1)).toMatchObject({ sent: ContentLength });
  });

  it("is given up by whoever is told and wants no more of it, and gone on with the next time", async () => {
    const stop = ({ type }: RunnerEvent): void => {
      if (type === "storing-runner") throw new SpawnError("interrupted", "Ctrl-C");
    };
    await expect(store(stop)).rejects.toMatchObject({ code: "interrupted" });
    expect(packingFolders()).toEqual([]);
    const { key } = await store();
    const { ContentLength } = await (await rig.clients.s3()).headObject({ Bucket: BUCKET, Key: key });
    expect(events.at(-1)).toMatchObject({ sent: ContentLength });
  });
});
