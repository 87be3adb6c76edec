import type { AwsCall } from "./aws-call.js";

const LOOK_EVERY_MS = 200;

interface Schedule {
  readonly name: string;
  readonly group: string;
  /** Wall clock, ms since the Unix epoch. */
  readonly at: number;
  readonly role: string;
  readonly instances: readonly string[];
  readonly isDeletedAfter: boolean;
}

export interface ScheduleActions {
  /** Whether the role may terminate it. */
  readonly mayTerminate: (role: string, instanceId: string) => Promise<boolean>;
  readonly terminate: (instanceIds: readonly string[]) => Promise<void>;
  /** Removes a schedule that has done its work. */
  readonly remove: (name: string, group: string) => Promise<void>;
}

/** EventBridge Scheduler's one-time schedules, which moto keeps and never acts on: those that terminate instances. */
export class Schedules {
  readonly #actions: ScheduleActions;
  readonly #pending = new Map<string, Schedule>();
  readonly #timer: NodeJS.Timeout;
  /** Names of those that have acted. */
  readonly fired: string[] = [];
  /** Why those did not that were due. */
  readonly failures: string[] = [];

  constructor(actions: ScheduleActions) {
    this.#actions = actions;
    this.#timer = setInterval(() => void this.#look(0), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** From a call that was accepted. */
  learn({ operation, url, json }: AwsCall): void {
    const name = decodeURIComponent(url.pathname.split("/")[2] ?? "");
    const group = String(json.GroupName ?? url.searchParams.get("groupName") ?? "default");
    const id = `${group}/${name}`;
    if (operation === "DeleteSchedule") this.#pending.delete(id);
    if (operation !== "CreateSchedule" && operation !== "UpdateSchedule") return;
    this.#pending.set(id, read(name, group, json));
  }

  /** Acts now on all that is due within that time, so that tests need not wait for it. */
  async actWithin(ms: number): Promise<void> {
    await this.#look(ms);
  }

  get names(): readonly string[] {
    return [...this.#pending.keys()];
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(aheadMs: number): Promise<void> {
    const until = Date.now() + aheadMs;
    const due = [...this.#pending].filter(([, { at }]) => at <= until);
    for (const [id] of due) this.#pending.delete(id);
    for (const [id, schedule] of due) {
      await this.#fire(schedule).catch((error: unknown) => this.failures.push(`${id}: ${String(error)}`));
    }
  }

  async #fire({ name, group, role, instances, isDeletedAfter }: Schedule): Promise<void> {
    for (const instance of instances) {
      const may = await this.#actions.mayTerminate(role, instance);
      if (!may) throw new Error(`${role} may not terminate ${instance}`);
    }
    await this.#actions.terminate(instances);
    this.fired.push(name);
    if (isDeletedAfter) await this.#actions.remove(name, group);
  }
}

/** @throws Error for what is no one-time schedule that terminates instances: nothing else is made by the project. */
function read(name: string, group: string, json: AwsCall["json"]): Schedule {
  const { ScheduleExpression = "", Target, ActionAfterCompletion, ScheduleExpressionTimezone = "UTC" } = json;
  const {
    Arn = "",
    Input = "{}",
    RoleArn = "",
  } = Target as { Arn?: string; Input?: string; RoleArn?: string };
  const at = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(String(ScheduleExpression))?.[1];
  const isKnown = Arn.endsWith(":scheduler:::aws-sdk:ec2:terminateInstances");
  if (at === undefined || !isKnown || ScheduleExpressionTimezone !== "UTC") {
    throw new Error(`the schedule ${name} is none that is known here: ${JSON.stringify(json)}`);
  }
  const { InstanceIds = [] } = JSON.parse(Input) as { readonly InstanceIds?: readonly string[] };
  return {
    ...{ name, group, instances: InstanceIds },
    at: Date.parse(`${at}Z`),
    role: RoleArn.split("/").at(-1) ?? "",
    isDeletedAfter: ActionAfterCompletion === "DELETE",
  };
}
