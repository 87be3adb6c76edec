import { describePrograms } from "./runner-programs.js";

/** Says, before anything runs, which runner the end-to-end tests are about. */
export default function sayRunner(): void {
  console.log(`end-to-end tests run the runner as: ${describePrograms()}`);
}
