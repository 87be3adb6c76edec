import type { JobRow } from "@spawn/status-model";
import { expect, it } from "vitest";
import { hiddenRows } from "./hidden-rows.js";

const row = (state: JobRow["state"]): JobRow => ({ icon: "·", id: "job", state, cells: [], notes: [] });

it("counts rows by their state", () => {
  expect(hiddenRows([row("completed"), row("pending"), row("completed")])).toBe(
    "3 more: 2 completed, 1 pending",
  );
});
