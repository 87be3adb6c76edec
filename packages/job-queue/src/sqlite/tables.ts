import { ClaimTable } from "./claim-table.js";
import { JobChangeTable } from "./job-change-table.js";
import { JobLogTable } from "./job-log-table.js";
import { JobTable } from "./job-table.js";
import { LeaseTable } from "./lease-table.js";
import { RecoveryTable } from "./recovery-table.js";
import { ScheduleTable } from "./schedule-table.js";
import type { Session } from "./session.js";
import { WorkerTable } from "./worker-table.js";

/** The prepared statements of an open database, by what they are about. */
export interface Tables {
  readonly jobs: JobTable;
  readonly claims: ClaimTable;
  readonly leases: LeaseTable;
  readonly recovery: RecoveryTable;
  readonly changes: JobChangeTable;
  readonly logs: JobLogTable;
  readonly workers: WorkerTable;
  readonly schedules: ScheduleTable;
}

export function tablesOf(session: Session): Tables {
  const jobs = new JobTable(session);
  const recovery = new RecoveryTable(session);
  return {
    jobs,
    recovery,
    claims: new ClaimTable(session, recovery),
    leases: new LeaseTable(session),
    changes: new JobChangeTable(session),
    logs: new JobLogTable(session),
    workers: new WorkerTable(session),
    schedules: new ScheduleTable(session, jobs),
  };
}
