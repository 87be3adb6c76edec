export { type LauncherUnderTest, launcherContract } from "./launcher-contract.js";
