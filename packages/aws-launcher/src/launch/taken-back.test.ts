import { SpawnError } from "@spawn/foundation";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";
import type { LaunchEvent } from "./launch-events.js";

let moto: Moto;
let rig: Rig;

beforeAll(async () => {
  moto = await startMoto();
  rig = new Rig(moto);
  await rig.makeBucket();
});

afterAll(async () => {
  await rig.close();
  await moto.stop();
});

it("what an interrupted launch had made is said to be its own", { timeout: 60_000 }, async () => {
  const events: LaunchEvent[] = [];
  const onEvent = (event: LaunchEvent): void => {
    events.push(event);
    if (event.type === "made") throw new SpawnError("interrupted", "Ctrl-C");
  };
  await expect(rig.launcher.launch(rig.request({ onEvent }))).rejects.toMatchObject({ code: "interrupted" });
  const [made] = events.flatMap((event) => (event.type === "made" ? [event.instanceId] : []));
  expect(events).toContainEqual({ type: "taken-back", instances: [made] });
  expect(events.map(({ type }) => type)).not.toContain("ended-leftover");
});
