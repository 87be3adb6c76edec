// node driver.mjs DATABASE: submits a job of the type `work` for each line on its stdin.
import { createInterface } from "node:readline";
import { JobManager } from "../job-manager.js";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";

const [path = ""] = process.argv.slice(2);
const store = await SqliteJobStore.open({ path });
const manager = new JobManager({ store });
for await (const _ of createInterface({ input: process.stdin })) {
  await manager.submitJob({ jobType: "work", config: {} });
}
await store.close();
