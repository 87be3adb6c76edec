import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastProgress, parseProgress } from "./parse-progress.js";

describe("parseProgress", () => {
  it.each([
    ["Epoch 52/100", "Epoch 52/100", 52, 100],
    ["[10:45:12] Epoch 52/100", "Epoch 52/100", 52, 100],
    ["Epoch 3/10 - Loss: 0.7012 - Accuracy: 0.6200", "Epoch 3/10", 3, 10],
    ["Epoch [3/10], Step [45/100], Loss: 0.3", "Epoch 3/10", 3, 10],
    ["Epoch: 003/100", "Epoch 003/100", 3, 100],
    ["epoch=5/20, loss=1", "epoch 5/20", 5, 20],
    ["step 3 of 9", "step 3 of 9", 3, 9],
    ["Processing file 1,200 of 2,000 (big.csv)", "file 1,200 of 2,000", 1200, 2000],
    ["done with 3/9 files", "3/9 files", 3, 9],
    ["step 1/9 finished, step 2/9 begins", "step 2/9", 2, 9],
    ["[3/9] Compiling main.c", "3/9", 3, 9],
    ["Receiving objects:  45% (450/1000), 1.20 MiB | 2.00 MiB/s", "450/1000", 450, 1000],
    ["52%", "52%", 52, 100],
    ["  52.5 %", "52.5%", 52.5, 100],
    ["[ 52%] Building CXX object a.o", "52%", 52, 100],
    ["Progress: 52%", "52%", 52, 100],
    ["52% complete", "52%", 52, 100],
    ["Downloading... 10%", "10%", 10, 100],
    [" 45% [========>          ] 1,234", "45%", 45, 100],
    ["[=====>    ] 52%", "52%", 52, 100],
    ["   ━━━━━━━━━ 45%", "45%", 45, 100],
    ["45%|████▌     | 45/100 [00:12<00:15,  3.5it/s]", "45/100", 45, 100],
    ["train:  45%|####5     | 1.2k/10.0k [00:12<00:15,  3.5it/s]", "1.2k/10.0k", 1200, 10_000],
    ["Epoch 3/10:  45%|████▌     | 45/100 [00:12<00:15]", "Epoch 3/10", 3, 10],
    ["\u001b[32mEpoch 4/10\u001b[0m", "Epoch 4/10", 4, 10],
    ["10%\r20%\r30%\r", "30%", 30, 100],
    ["0/10 items", "0/10 items", 0, 10],
  ])("reads %j", (line, label, done, total) => {
    expect(parseProgress(line)).toEqual({ label, done, total });
  });

  it.each([
    "",
    "Accuracy: 87.6%",
    "Training accuracy: 87.6%",
    "95% confidence interval",
    "CPU 45% used",
    "2026/01/27 started",
    "01/27 10:00 started",
    "saved to out/3/9/model.pt",
    "file 01/27/2026",
    "chunk3/9/data.bin",
    "step 3/9.5",
    "ratio 3/9",
    "array[3/9]",
    "Epoch 7/3",
    "Epoch 1/0",
    "250%",
    "Progress: 250%",
    "[9/3]",
    "110%|█████| 110/100 [00:12<00:15]",
    "Epoch 1: loss 0.3",
  ])("does not read %j", (line) => {
    expect(parseProgress(line)).toBeUndefined();
  });

  it("finds any epoch within any words, coloured or not", () => {
    const words = fc.stringMatching(/^[a-z ]{0,20}$/);
    fc.assert(
      fc.property(
        words,
        words,
        fc.nat(1000),
        fc.integer({ min: 1, max: 1000 }),
        (before, after, done, more) => {
          const total = done + more;
          const line = `${before} \u001b[1mEpoch ${done}/${total}\u001b[0m ${after}`;
          expect(parseProgress(line)).toEqual({ label: `Epoch ${done}/${total}`, done, total });
        },
      ),
      { seed: 11 },
    );
  });

  it("takes time in proportion to a line, however it is made", () => {
    const before = process.cpuUsage();
    for (const piece of ["epoch ", "1/", "[", "9", "45%|", "=>", "█ ", "step 1 of "]) {
      parseProgress(piece.repeat(200_000 / piece.length));
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5_000);
  });
});

describe("lastProgress", () => {
  it("takes the last line that tells any", () => {
    const lines = [
      "Epoch 51/100",
      "Epoch 52/100",
      "Train Loss: 0.287",
      "Accuracy: 87.6%",
      "Saving checkpoint...",
    ];
    expect(lastProgress(lines)?.label).toBe("Epoch 52/100");
    expect(lastProgress(["no", "thing"])).toBeUndefined();
  });
});
