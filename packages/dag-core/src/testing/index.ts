export { arbitraryDag, arbitraryRetryPolicy, type DagShape } from "./arbitrary-dag.js";
export { arbitraryOutcome, arbitraryScript, type OutcomeScript, SUCCESS } from "./arbitrary-outcomes.js";
export {
  arbitraryRequests,
  arbitraryWorld,
  type RequestName,
  runWithRequests,
  simulatorOf,
  type World,
} from "./arbitrary-world.js";
export { HandDrivenRun } from "./hand-driven-run.js";
export { Simulator, type SimulatorOptions } from "./simulator.js";
