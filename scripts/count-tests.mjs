// Prints "N passed, N failed[, N skipped]" over JSON reports of vitest. Fails where a test failed or a report has none.
import { readFileSync } from "node:fs";

const total = { passed: 0, failed: 0, skipped: 0, failedFiles: 0 };
let complete = true;
for (const path of process.argv.slice(2)) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    console.log(`no test report ${path}: the tests did not come to their end`);
    complete = false;
    continue;
  }
  if (report.numPassedTests === 0) complete = false;
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  total.failedFiles += report.testResults.filter(({ status }) => status === "failed").length;
}

const { passed, failed, skipped, failedFiles } = total;
if (failed === 0 && failedFiles > 0) console.log(`${failedFiles} test file(s) could not run`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(complete && passed > 0 && failed === 0 && failedFiles === 0 ? 0 : 1);
