import { MemoryStore } from "@spawn/result-store/testing";
import { expect, it } from "vitest";
import { StoreRequests } from "./store-requests.js";

const put = (store: MemoryStore, id: string, text: string) =>
  store.putBytes(`q/requests/${id}.json`, Buffer.from(text));

it("gives each request once, in order, and removes it when it is done", async () => {
  const store = new MemoryStore();
  const requests = new StoreRequests(store, "q");
  expect(await requests.take()).toEqual([]);
  await put(store, "002", '{"kind":"interrupt","cause":"shutdown"}');
  await put(store, "001", '{"kind":"extend","deadline":"2026-11-24T18:00:00Z"}');
  await store.putBytes("q/requests/notes.txt", Buffer.from("not one"));
  const [first, second, ...others] = await requests.take();
  expect(first).toMatchObject({ id: "001", request: { kind: "extend" } });
  expect(second).toMatchObject({ id: "002", request: { kind: "interrupt" } });
  expect(others).toEqual([]);
  expect(await requests.take()).toEqual([]);
  await first?.done();
  expect(await store.readBytes("q/requests/001.json")).toBeUndefined();
  // The next agent gets what was not done.
  expect(await new StoreRequests(store, "q").take()).toMatchObject([{ id: "002" }]);
});

it("says what is wrong with one that is none", async () => {
  const store = new MemoryStore();
  await put(store, "001", '{"kind":"dance"}');
  expect(await new StoreRequests(store, "q").take()).toMatchObject([{ request: 'unknown kind "dance"' }]);
});
