import { afterAll, beforeAll, describe, it } from "vitest";
import { LabRig } from "./lab-rig.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
/** Of an instance that ends at its own deadline; real time. */
const SHORT_TTL_MS = 80_000;
let rig: LabRig;

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start();
});

afterAll(() => rig?.stop());

/** Writes a checkpoint again and again, whole under its name each time, and another one when it is told to stop. */
const TRAINING = [
  "mkdir -p /models",
  'trap "echo last >/models/ck.final; exit 0" TERM',
  "n=0",
  'while :; do n=$((n+1)); echo "Epoch $n/900"; echo $n >/tmp/ck; mv /tmp/ck /models/ck; touch /tmp/trains; sleep 0.2; done',
].join("; ");

function training(queue_id: string) {
  return {
    queue_id,
    jobs: [
      { job_id: "prep", command: "echo data >/data.txt", result_files: ["/data.txt"] },
      { job_id: "train", command: TRAINING, depends_on: ["prep"], result_files: ["/models/"] },
    ],
  };
}

interface Ending {
  readonly how: string;
  readonly ttlMs?: number;
  readonly market?: "spot";
  /** How it is brought about. */
  end(id: string): Promise<unknown>;
  /** Whether what it leaves is a stopped instance. */
  readonly stops?: true;
}

const ENDINGS: readonly Ending[] = [
  { how: "deadline", ttlMs: SHORT_TTL_MS, end: async () => {} },
  {
    how: "spot-notice",
    market: "spot",
    end: async (id) => {
      const time = new Date(Date.now() + 120_000).toISOString();
      rig.lab.room.say(id, "meta-data/spot/instance-action", JSON.stringify({ action: "terminate", time }));
      await rig.untilStatus("spot-notice", "interrupted");
      await (await rig.lab.truth.ec2()).terminateInstances({ InstanceIds: [id] });
    },
  },
  { how: "terminate", end: (id) => rig.launcher.terminate(id) },
  {
    how: "console-terminate",
    end: async (id) => (await rig.lab.truth.ec2()).terminateInstances({ InstanceIds: [id] }),
  },
  {
    how: "console-stop",
    end: async (id) => (await rig.lab.truth.ec2()).stopInstances({ InstanceIds: [id] }),
    stops: true,
  },
];

describe.skipIf(isMissing)("what a job has made when its instance has to end", { timeout: 240_000 }, () => {
  for (const { how, ttlMs, market, end, stops } of ENDINGS) {
    it.concurrent(`is in the store: ${how}`, async ({ expect }) => {
      const id = await rig.launch(training(how), {
        ...(ttlMs === undefined ? {} : { ttlMs }),
        ...(market === undefined ? {} : { market: { kind: market, orOnDemand: false } }),
      });
      await rig.untilWritten(id, "tmp/trains");
      await end(id);
      await rig.untilState(id, stops === true ? "stopped" : "terminated", 120_000);
      const machine = rig.machine(id);
      await rig.until("the machine is off", async () => !machine.isOn);
      expect(await rig.status(how)).toMatchObject({
        status: "interrupted",
        job_details: [{ status: "completed" }, { status: "pending", attempt: 1 }],
      });
      const stored = (name: string) => rig.stored(`${how}/train/${name}`);
      expect(await stored("results/models/ck.final")).toBe("last\n");
      expect(await stored("results/models/ck")).toBe(machine.written("models/ck"));
      expect(await stored("merged.log")).toMatch(/\] Epoch 1\/900\n/);
      expect(await stored("manifest.json"), "nothing vouches for it").toBeUndefined();
    });
  }
});
