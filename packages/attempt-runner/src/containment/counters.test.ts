import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useRecordedTree } from "../testing/recorded-tree.js";
import { readCounters } from "./counters.js";

const tree = useRecordedTree();

describe("readCounters", () => {
  it("reads what Amazon Linux 2023 counts", () => {
    tree.write({
      "v2/cpu.stat": "usage_usec 7251439\nuser_usec 6110286\nsystem_usec 1141153\nnr_periods 0\n",
      "v2/memory.current": "1613824\n",
      "v2/memory.peak": "33554432\n",
      "v2/memory.events": "low 0\nhigh 0\nmax 57\noom 1\noom_kill 3\noom_group_kill 1\n",
      "v2/io.stat":
        "259:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=999 dios=1\n252:0 rbytes=10 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n",
    });
    expect(readCounters([join(tree.root, "v2")])).toEqual({
      cpuSeconds: 7.251439,
      memoryBytes: 1_613_824,
      peakMemoryBytes: 33_554_432,
      ioBytes: 12_298,
      oomKills: 3,
    });
  });

  it("reads v1, each counter where it is", () => {
    tree.write({
      "freezer/freezer.state": "THAWED\n",
      "cpu/cpu.stat": "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n",
      "cpu/cpuacct.usage": "1500000000\n",
      "memory/memory.usage_in_bytes": "1\n",
      "memory/memory.max_usage_in_bytes": "2\n",
      "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
    });
    expect(readCounters(["freezer", "cpu", "memory"].map((name) => join(tree.root, name)))).toEqual({
      cpuSeconds: 1.5,
      memoryBytes: 1,
      peakMemoryBytes: 2,
      oomKills: 1,
    });
  });

  it("knows nothing of a kernel that tells nothing, or of a cgroup that is gone", () => {
    tree.write({ "v2/memory.peak": "max\n", "v2/memory.events": "" });
    expect(readCounters([join(tree.root, "v2"), join(tree.root, "gone")])).toEqual({ oomKills: 0 });
  });
});
