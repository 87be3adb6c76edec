import { Flags } from "@oclif/core";

/** Flags that say what a job is: of `submit`, and of a schedule. */
export const newJobFlags = {
  type: Flags.string({
    description: "what kind of job it is: training, evaluation, export, retraining, or a name of your own",
    helpValue: "TYPE",
    required: true,
  }),
  config: Flags.string({
    description: "what it is to do: a file with JSON, or JSON text; - is standard input",
    helpValue: "FILE|JSON",
    required: true,
  }),
  priority: Flags.integer({
    description: "1 to 10; 10 goes first",
    helpValue: "N",
    default: 5,
  }),
  "max-retries": Flags.integer({
    description: "how often it is tried again after a failure",
    helpValue: "N",
    default: 3,
  }),
};
