import { availableParallelism } from "node:os";
import { Args, Flags } from "@oclif/core";
import { machineCapacity } from "@spawn/attempt-runner";
import { toDagInput } from "@spawn/config-schema";
import { buildGraph, toDot, toMermaid } from "@spawn/dag-core";
import { SpawnCommand } from "../../base-command.js";
import { describeShortages } from "../../launching/machine-room.js";
import { validSpec } from "../../launching/prepare-launch.js";
import { readQueueFile } from "../../launching/queue-file.js";
import { planJson } from "../../render/plan-json.js";
import { planText } from "../../render/plan-text.js";

const DEFAULT_COLUMNS = 100;

export default class QueuePlan extends SpawnCommand {
  static override summary = "draw a queue's jobs; show the critical path, the order and the time";
  static override examples = [
    "<%= config.bin %> queue plan pipeline.json",
    "<%= config.bin %> queue plan pipeline.json --format dot | dot -Tsvg > pipeline.svg",
  ];
  static override enableJsonFlag = true;
  static override args = {
    file: Args.string({ description: "the queue file; - is standard input", required: true }),
  };
  static override flags = {
    format: Flags.option({
      description: "text, or a graph in the language of Graphviz or Mermaid, or json as with --json",
      options: ["text", "dot", "mermaid", "json"] as const,
      default: "text",
    })(),
  };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(QueuePlan);
    const source = readQueueFile(args.file, (name) => this.context.env[name] !== undefined);
    const spec = validSpec(source, this.colorErrors);
    const graph = buildGraph(toDagInput(spec));
    for (const short of describeShortages(spec, machineCapacity({ environment: this.context.env })))
      this.tell(`Does not fit on this machine: ${short}`);
    const maxParallel = spec.maxParallel ?? availableParallelism();
    switch (flags.format) {
      case "text": {
        const columns = (process.stdout.columns ?? DEFAULT_COLUMNS) - 2;
        this.print(planText(spec, graph, { columns, maxParallel, palette: this.palette }));
        break;
      }
      case "dot":
        this.print(toDot(graph).trimEnd());
        break;
      case "mermaid":
        this.print(toMermaid(graph).trimEnd());
        break;
      case "json":
        break;
    }
    return planJson(spec, graph, maxParallel);
  }
}
