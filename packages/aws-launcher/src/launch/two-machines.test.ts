import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Ec2Launcher } from "../ec2-launcher.js";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";

const HALF_AN_HOUR_MS = 30 * 60_000;

let moto: Moto;
let rig: Rig;

beforeAll(async () => {
  moto = await startMoto();
});

beforeEach(async () => {
  await moto.reset();
  await rig?.close();
  rig = new Rig(moto);
  await rig.makeBucket();
});

afterAll(async () => {
  await rig.close();
  await moto.stop();
});

/** A launcher on another machine. */
function elsewhere(): Ec2Launcher {
  const stateFolder = mkdtempSync(join(rig.folder, "elsewhere-"));
  const processes = { host: "elsewhere", own: 1, isAlive: () => true };
  return new Ec2Launcher({ ...rig.parts, stateFolder, processes });
}

/** A relaunch, with a variable to carry. */
const again = () => rig.request({ fromStore: { rerun: [], trustCompleted: false }, carried: { T: "v" } });

async function living() {
  const instances = (await rig.launcher.list()).filter(({ state }) => state === "running");
  const { Roles = [] } = await (await rig.clients.iam()).listRoles({});
  const { Parameters = [] } = await (await rig.clients.ssm()).getParametersByPath({
    ...{ Path: "/spawn/", Recursive: true },
  });
  return {
    instances: instances.map(({ instanceId }) => instanceId),
    roles: Roles.filter(({ RoleName = "" }) => RoleName.startsWith("spawn-pipeline")).length,
    parameters: Parameters.length,
  };
}

it("of two relaunches of a queue at once one is refused, and takes nothing of the other's away", async () => {
  const launches = [rig.launcher.launch(again()), elsewhere().launch(again())];
  const ends = await Promise.allSettled(launches);
  const won = ends.flatMap((end) => (end.status === "fulfilled" ? [end.value.instanceId] : []));
  const refused = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
  expect(refused).toEqual([expect.objectContaining({ code: "already-running" })]);
  expect(await living()).toEqual({ instances: won, roles: 1, parameters: 1 });
  expect(rig.events.map(({ type }) => type)).not.toContain("taken-back");
});

it("what a killed launch would have made is not taken for what another machine made since", async () => {
  rig.handler.fault = ({ operation }) => (operation === "CreateRole" ? "killed" : undefined);
  await expect(rig.launcher.launch(again())).rejects.toThrow();
  rig.handler.revive();
  rig.handler.fault = () => undefined;
  const other = elsewhere();
  await expect(other.launch(again())).rejects.toMatchObject({
    code: "already-running",
    hint: expect.stringContaining("half an hour"),
  });
  const { plan } = await other.plan(again());
  rig.clock.advance(HALF_AN_HOUR_MS + 1);
  const { instanceId, generation } = await other.launchAsPlanned(again(), plan);
  expect(generation).toBe(2);
  await rig.launcher.reconcile();
  expect(await living()).toEqual({ instances: [instanceId], roles: 1, parameters: 1 });
});

it("a relaunch that failed is followed by the next at once, from anywhere", async () => {
  rig.handler.fault = ({ operation }) => (operation === "CreateRole" ? "error" : undefined);
  await expect(rig.launcher.launch(again())).rejects.toThrow();
  rig.handler.fault = () => undefined;
  await expect(elsewhere().launch(again())).resolves.toMatchObject({ generation: 2 });
});
