// Prints "N passed, N failed[, N skipped]" from a JSON report of vitest. Fails where a test failed or none ran.
import { readFileSync } from "node:fs";

let report;
try {
  report = JSON.parse(readFileSync(process.argv[2], "utf8"));
} catch {
  console.log("no test report: the tests did not come to their end");
  process.exit(1);
}

const {
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: todo,
} = report;
const skipped = pending + todo;
const failedFiles = report.testResults.filter(({ status }) => status === "failed").length;
if (failed === 0 && failedFiles > 0) console.log(`${failedFiles} test file(s) could not run`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(passed > 0 && failed === 0 && failedFiles === 0 ? 0 : 1);
