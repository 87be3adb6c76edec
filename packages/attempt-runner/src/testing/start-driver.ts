import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { detectContainment } from "../containment/detect-containment.js";
import { startAttempt } from "../start-attempt.js";
import { isAttemptSpecs } from "./attempt-specs.js";

/** Starts the attempts of a JSON file, one after the other, held together by the best means there is, and stays. */
const specs: unknown = JSON.parse(readFileSync(argv[2] ?? "", "utf8"));
if (!isAttemptSpecs(specs)) throw new Error("not a list of attempts");
const containment = detectContainment();
for (const spec of specs) startAttempt(spec, { containment });
