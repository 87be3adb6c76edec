import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ec2Error, type SentCall } from "../testing/faulty-handler.js";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";

const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGCLbFUNMKTLVVTGaAqPHjC0lF3cTE5wtFfEzmlcC9R me";

let moto: Moto;
let rig: Rig;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

beforeEach(async () => {
  await moto.reset();
  rig = new Rig(moto);
  await rig.makeBucket();
});

afterEach(() => rig.close());

function iamError(code: string, status: number) {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>not yet</Message></Error>`;
  return { status, body: `<ErrorResponse>${error}<RequestId>r</RequestId></ErrorResponse>` };
}

const NO_SUCH_ENTITY = iamError("NoSuchEntity", 404);
const CHANGING = iamError("ConcurrentModification", 409);
const BUSY = iamError("EntityTemporarilyUnmodifiable", 409);
const HELD = iamError("DeleteConflict", 409);
const OF_GUARD = "RoleName=spawn-deadline";

describe("what was made a moment ago", () => {
  it.each([
    ["AddRoleToInstanceProfile", "", NO_SUCH_ENTITY],
    ["PutRolePolicy", "RoleName=spawn-pipeline", NO_SUCH_ENTITY],
    ["PutRolePolicy", OF_GUARD, NO_SUCH_ENTITY],
    ["CreateRole", OF_GUARD, CHANGING],
    ["CreateInstanceProfile", "", CHANGING],
    ["PutRolePolicy", OF_GUARD, BUSY],
    ["AuthorizeSecurityGroupIngress", "", ec2Error("InvalidGroup.NotFound", "does not exist")],
  ])("is waited for: %s %s", async (operation, of, answer) => {
    const isIt = (call: SentCall): boolean => call.operation === operation && call.body.includes(of);
    let asked = 0;
    rig.handler.answer = (call) => (isIt(call) && ++asked <= 1 ? answer : undefined);
    const ssh = { publicKey: PUBLIC_KEY, from: "203.0.113.7/32" };
    await rig.launcher.launch(rig.request({ ssh }));
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(await rig.launcher.list()).toMatchObject([{ state: "running" }]);
  });

  it("is waited for: the group of a schedule", async () => {
    let asked = 0;
    rig.handler.answer = ({ operation }) =>
      operation.startsWith("POST /schedules/spawn-i-") && ++asked <= 2
        ? { status: 404, body: "ResourceNotFoundException" }
        : undefined;
    await rig.launcher.launch(rig.request());
    expect(asked).toBe(3);
    expect(await rig.launcher.list()).toMatchObject([{ state: "running" }]);
  });

  it.each(["DeleteRole", "DeleteInstanceProfile"])(
    "is removed once IAM lets it go: %s",
    async (operation) => {
      const { instanceId } = await rig.launcher.launch(rig.request());
      let asked = 0;
      rig.handler.answer = (call) => (call.operation === operation && ++asked <= 2 ? HELD : undefined);
      await rig.launcher.terminate(instanceId, { drains: false });
      expect(asked).toBe(3);
      const { Roles = [] } = await (await rig.clients.iam()).listRoles({});
      expect(Roles.map(({ RoleName }) => RoleName)).toEqual(["spawn-deadline"]);
    },
  );

  it("is given up where AWS never comes to know it", async () => {
    rig.handler.answer = ({ operation }) =>
      operation === "AddRoleToInstanceProfile" ? NO_SUCH_ENTITY : undefined;
    await expect(rig.launcher.launch(rig.request())).rejects.toMatchObject({ code: "aws-failed" });
    expect(await rig.launcher.list()).toEqual([]);
  });
});
