import { describe, expect, it } from "vitest";
import { IdleMeter, type LoadSample } from "./idle-meter.js";
import { cpuTicks, networkBytes, readMachineLoad } from "./machine-load.js";

const MINUTE = 60_000;

/** A look at a machine that has been up for a year, after so many minutes in which nothing happened. */
function look(minute: number, changes: Partial<LoadSample> = {}): LoadSample {
  return {
    at: minute * MINUTE,
    cpu: { busy: 9e9, total: 1e10 + minute * 6000 },
    networkBytes: 1e12,
    terminals: 0,
    gpuPercent: 0,
    ...changes,
  };
}

function idleMinutes(...samples: readonly LoadSample[]): number {
  const meter = new IdleMeter();
  for (const sample of samples) meter.add(sample);
  return meter.idleForMs(samples.at(-1)?.at ?? 0) / MINUTE;
}

describe("a machine is idle", () => {
  it("since the first look, whatever it did before", () => {
    expect(idleMinutes(look(0), look(10), look(30))).toBe(30);
    expect(new IdleMeter().idleForMs(5)).toBe(0);
  });

  it.each<[string, Partial<LoadSample>]>([
    ["its CPUs work at 5 %", { cpu: { busy: 9e9 + 300, total: 1e10 + 2 * 6000 } }],
    [
      "10 KB went through its network in the last minute, and the agent's own",
      { networkBytes: 1e12 + 70_000 },
    ],
    ["somebody has a terminal open", { terminals: 1 }],
    ["a GPU works at more than 5 %", { gpuPercent: 6 }],
  ])("not while %s", (_, busy) => {
    expect(idleMinutes(look(0), look(1), look(2, busy))).toBe(0);
  });

  it.each<[string, Partial<LoadSample>]>([
    ["its CPUs work at less", { cpu: { busy: 9e9 + 299, total: 1e10 + 2 * 6000 } }],
    ["less went through its network", { networkBytes: 1e12 + 69_999 }],
    ["a GPU works at 5 %", { gpuPercent: 5 }],
  ])("though %s", (_, load) => {
    expect(idleMinutes(look(0), look(1), look(2, load))).toBe(2);
  });

  it("from the end of the last work on", () => {
    const busy = { networkBytes: 1e12 + 1e6 };
    expect(idleMinutes(look(0), look(5, busy), look(6, busy), look(9, busy))).toBe(4);
  });
});

describe("a machine's load", () => {
  it("is read from /proc", async () => {
    const load = await readMachineLoad();
    expect(load.cpu.total).toBeGreaterThan(load.cpu.busy);
    expect(load.cpu.busy).toBeGreaterThan(0);
  });

  it("counts what is neither idle nor waiting, and no guest twice", () => {
    const stat = "cpu  10 1 5 100 20 2 3 4 7 1\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
    expect(cpuTicks(stat)).toEqual({ busy: 25, total: 145 });
  });

  it("counts all interfaces but the loopback", () => {
    const dev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 9000 1 0 0 0 0 0 0 9000 1 0 0 0 0 0 0
  ens5: 1000 1 0 0 0 0 0 0  200 1 0 0 0 0 0 0
docker0:  30 1 0 0 0 0 0 0    4 1 0 0 0 0 0 0
`;
    expect(networkBytes(dev)).toBe(1234);
  });
});
