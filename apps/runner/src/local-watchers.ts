import { discardRequests, type RunnerRequest, watchRequests } from "@spawn/attempt-runner";
import { unreachable } from "@spawn/foundation";
import type { Logger } from "pino";
import type { PendingEvent } from "./queue-run.js";
import type { Watcher } from "./session.js";

/** Requests that are left in the instance's folder. */
export function watchRequestFiles(log: Logger): Watcher {
  return (run, signal) => {
    const { layout, fold } = run.parts;
    const isOver = fold.finished !== undefined && fold.finished.state !== "interrupted";
    // What was asked of the runner before: to stop, which it has; or to cancel a run that is over by now.
    discardRequests(layout.state, ({ kind }) => kind === "interrupt" || isOver);
    watchRequests(
      layout.state,
      (event) => {
        if (event.type === "request") run.inbox.put({ event: eventOf(event.request), recorded: event.done });
        else log.warn(event, "not a request; it was moved aside");
      },
      { signal },
    );
  };
}

/**
 * TERM stops the queue, to go on later; INT cancels it, and by force when it comes again. A terminal may go. For the rest
 * of the process: it has one session.
 */
export function watchSignals(log: Logger): Watcher {
  return (run) => {
    let interrupts = 0;
    const onSignal = (name: NodeJS.Signals): void => {
      log.info({ signal: name }, "signal received");
      if (name === "SIGTERM") {
        run.inbox.put({ event: { type: "interrupt-requested", cause: "shutdown" } });
      } else {
        interrupts += 1;
        run.inbox.put({ event: { type: "cancel-requested", force: interrupts > 1 } });
      }
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
    process.on("SIGHUP", () => undefined);
  };
}

function eventOf(request: RunnerRequest): PendingEvent["event"] {
  switch (request.kind) {
    case "cancel":
      return { type: "cancel-requested", force: request.force };
    case "interrupt":
      return { type: "interrupt-requested", cause: request.cause };
    case "extend":
      return { type: "warning", message: "this instance has no deadline, so there is nothing to extend" };
    case "resume":
      return { type: "warning", message: "a resume was asked for while the queue runs: it was left out" };
    default:
      return unreachable(request);
  }
}
