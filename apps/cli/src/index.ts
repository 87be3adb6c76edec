import AlertsCreateCost from "./commands/alerts/create/cost.js";
import AlertsDelete from "./commands/alerts/delete.js";
import AlertsList from "./commands/alerts/list.js";
import Connect from "./commands/connect.js";
import Cost from "./commands/cost.js";
import Extend from "./commands/extend.js";
import Gc from "./commands/gc.js";
import JobsBackup from "./commands/jobs/backup.js";
import JobsCancel from "./commands/jobs/cancel.js";
import JobsList from "./commands/jobs/list.js";
import JobsLogs from "./commands/jobs/logs.js";
import JobsPrune from "./commands/jobs/prune.js";
import JobsRetry from "./commands/jobs/retry.js";
import JobsScheduleCreate from "./commands/jobs/schedule/create.js";
import JobsScheduleDelete from "./commands/jobs/schedule/delete.js";
import JobsScheduleDisable from "./commands/jobs/schedule/disable.js";
import JobsScheduleEnable from "./commands/jobs/schedule/enable.js";
import JobsScheduleList from "./commands/jobs/schedule/list.js";
import JobsShow from "./commands/jobs/show.js";
import JobsStale from "./commands/jobs/stale.js";
import JobsStats from "./commands/jobs/stats.js";
import JobsSubmit from "./commands/jobs/submit.js";
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
import SchedulerInstall from "./commands/scheduler/install.js";
import Scheduler from "./commands/scheduler.js";
import Status from "./commands/status.js";
import Terminate from "./commands/terminate.js";
import WorkerInstall from "./commands/worker/install.js";
import Worker from "./commands/worker.js";

/** Every command by its id, as oclif looks them up; `:` stands for the space. */
export const COMMANDS = {
  launch: Launch,
  list: List,
  status: Status,
  connect: Connect,
  extend: Extend,
  terminate: Terminate,
  gc: Gc,
  cost: Cost,
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
  "jobs:submit": JobsSubmit,
  "jobs:list": JobsList,
  "jobs:show": JobsShow,
  "jobs:logs": JobsLogs,
  "jobs:cancel": JobsCancel,
  "jobs:retry": JobsRetry,
  "jobs:stats": JobsStats,
  "jobs:stale": JobsStale,
  "jobs:backup": JobsBackup,
  "jobs:prune": JobsPrune,
  "jobs:schedule:create": JobsScheduleCreate,
  "jobs:schedule:list": JobsScheduleList,
  "jobs:schedule:enable": JobsScheduleEnable,
  "jobs:schedule:disable": JobsScheduleDisable,
  "jobs:schedule:delete": JobsScheduleDelete,
  worker: Worker,
  "worker:install": WorkerInstall,
  scheduler: Scheduler,
  "scheduler:install": SchedulerInstall,
};
