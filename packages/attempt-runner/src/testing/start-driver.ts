import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { startAttempt } from "../start-attempt.js";
import { isAttemptSpecs } from "./attempt-specs.js";

/** Starts the attempts of a JSON file, one after the other, and stays for as long as they run. */
const specs: unknown = JSON.parse(readFileSync(argv[2] ?? "", "utf8"));
if (!isAttemptSpecs(specs)) throw new Error("not a list of attempts");
for (const spec of specs) startAttempt(spec);
