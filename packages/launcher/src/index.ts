export type { Instance, InstanceFacts, InstanceState } from "./instance.js";
export type { Launcher } from "./launcher.js";
export { LocalLauncher, type LocalLauncherOptions } from "./local/local-launcher.js";
export { LocalQueue } from "./local/local-queue.js";
export type { RunnerProgram } from "./local/runner-process.js";
export type { LaunchRequest, ResumeRequest } from "./requests.js";
