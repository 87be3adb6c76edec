import { sqliteUnderTest } from "../testing/sqlite-under-test.js";
import { storeContract } from "../testing/store-contract.js";

storeContract("SQLite", sqliteUnderTest);
