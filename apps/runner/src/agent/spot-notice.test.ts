import { expect, it } from "vitest";
import type { Imds } from "./imds.js";
import { readSpotNotice } from "./spot-notice.js";

const imds = (values: Readonly<Record<string, string>>): Imds => ({ get: async (path) => values[path] });

it("is what EC2 says, once it says something", async () => {
  expect(await readSpotNotice(imds({}), 7)).toBeUndefined();
  const text = '{"action": "stop", "time": "2026-01-27T10:02:00Z"}';
  const notice = await readSpotNotice(imds({ "meta-data/spot/instance-action": text }), 7);
  expect(notice).toEqual({ action: "stop", at: Date.UTC(2026, 0, 27, 10, 2) });
});

it("is one too where it cannot be read", async () => {
  const notice = await readSpotNotice(imds({ "meta-data/spot/instance-action": "soon" }), 7);
  expect(notice).toEqual({ action: "terminate", at: 120_007 });
});
