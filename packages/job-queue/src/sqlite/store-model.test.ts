import { it } from "vitest";
import { runStoreModel } from "../testing/model/store-model-run.js";
import { sqliteUnderTest } from "../testing/sqlite-under-test.js";

const runs = process.env.SPAWN_LONG === "1" ? 2_000 : 30;

it("SQLite does what the model of a store does", { timeout: runs * 2_000 }, () =>
  runStoreModel(sqliteUnderTest, { runs, commands: 200 }),
);
