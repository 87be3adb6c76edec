import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesOf, type Subject } from "./contract-subject.js";

/** Which keys are refused. */
export function keysContract(subject: () => Subject): void {
  test.each([
    "../a",
    "q/../../a",
    "q/..",
    "/etc/a",
    "",
    "q//a",
    "./q",
    "q/./a",
    "q/a\0b",
    "q\\..\\a",
    "q/a\nb",
    ".tmp/a",
    `q/${"x".repeat(256)}`,
    `q/${"x/".repeat(520)}x`,
  ])("refuses the key %j everywhere", async (key) => {
    const { store, scratch, file, keysBelow } = subject();
    const path = file("x");
    const refused = { code: "bad-arguments" };
    await expect(store.putBytes(key, bytesOf("x"))).rejects.toMatchObject(refused);
    await expect(store.putFile(key, path)).rejects.toMatchObject(refused);
    await expect(store.growFile(key, path)).rejects.toMatchObject(refused);
    await expect(store.readBytes(key)).rejects.toMatchObject(refused);
    await expect(store.getFile(key, join(scratch, "got"))).rejects.toMatchObject(refused);
    await expect(store.remove(key)).rejects.toMatchObject(refused);
    await expect(store.copy("q/a", key)).rejects.toMatchObject(refused);
    await expect(store.copy(key, "q/a")).rejects.toMatchObject(refused);
    if (key !== "") await expect(keysBelow(`${key}/`)).rejects.toMatchObject(refused);
  });
}
