import AlertsCreateCost from "./commands/alerts/create/cost.js";
import AlertsDelete from "./commands/alerts/delete.js";
import AlertsList from "./commands/alerts/list.js";
import Connect from "./commands/connect.js";
import Extend from "./commands/extend.js";
import Gc from "./commands/gc.js";
import Launch from "./commands/launch.js";
import List from "./commands/list.js";
import QueueCancel from "./commands/queue/cancel.js";
import QueueExplain from "./commands/queue/explain.js";
import QueueLogs from "./commands/queue/logs.js";
import QueuePlan from "./commands/queue/plan.js";
import QueueResults from "./commands/queue/results.js";
import QueueResume from "./commands/queue/resume.js";
import QueueRun from "./commands/queue/run.js";
import QueueStatusCommand from "./commands/queue/status.js";
import QueueValidate from "./commands/queue/validate.js";
import Status from "./commands/status.js";
import Terminate from "./commands/terminate.js";

export { commandNotFound, refuseFlagsOfTopic } from "./command-not-found.js";

/** Every command by its id, as oclif looks them up; `:` stands for the space. */
export const COMMANDS = {
  launch: Launch,
  list: List,
  status: Status,
  connect: Connect,
  extend: Extend,
  terminate: Terminate,
  gc: Gc,
  "alerts:create:cost": AlertsCreateCost,
  "alerts:list": AlertsList,
  "alerts:delete": AlertsDelete,
  "queue:run": QueueRun,
  "queue:validate": QueueValidate,
  "queue:plan": QueuePlan,
  "queue:status": QueueStatusCommand,
  "queue:logs": QueueLogs,
  "queue:results": QueueResults,
  "queue:resume": QueueResume,
  "queue:cancel": QueueCancel,
  "queue:explain": QueueExplain,
};
