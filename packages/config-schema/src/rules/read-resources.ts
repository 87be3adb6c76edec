import { parseSize } from "@spawn/foundation";
import type { Problems } from "../diagnostics/problems.js";
import { quote } from "../schema/describe-value.js";
import type { JobDraft } from "../schema/queue-draft.js";
import type { Path } from "../source/located-node.js";
import type { JobResources } from "../spec/queue-spec.js";

/** What spawn sets for a job with `gpus`. */
export const GPU_VARIABLE = "CUDA_VISIBLE_DEVICES";

/**
 * What a job needs of the machine.
 *
 * @param environments Those that the job gets its variables from, its own and the queue's.
 */
export function readResources(
  { resources }: JobDraft,
  environments: readonly Readonly<Record<string, unknown>>[],
  path: Path,
  problems: Problems,
): JobResources | undefined {
  if (resources === undefined) return undefined;
  const { cpus, memory, gpus } = resources;
  const memoryBytes =
    memory === undefined ? undefined : readMemory(memory, [...path, "resources", "memory"], problems);
  if (gpus !== undefined && environments.some((environment) => Object.hasOwn(environment, GPU_VARIABLE))) {
    problems.add(
      "gpu-variable",
      { path: [...path, "resources", "gpus"], part: "key" },
      `spawn sets ${GPU_VARIABLE} for a job with gpus, and the environment sets it as well`,
      `remove ${GPU_VARIABLE} from the environment, or gpus here`,
    );
  }
  return {
    ...(cpus !== undefined && { cpus }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(gpus !== undefined && { gpus }),
  };
}

function readMemory(text: string, path: Path, problems: Problems): number | undefined {
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes > 0) return bytes;
  problems.add(
    "bad-size",
    { path },
    bytes === 0 ? "a job needs some memory" : `${quote(text)} is not a size`,
    suggestSize(text),
  );
  return undefined;
}

function suggestSize(text: string): string {
  const [, amount, prefix = ""] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])(?:i?)\s*$/i.exec(text) ?? [];
  const binary = /i\s*$/i.test(text) ? "i" : "";
  return amount === undefined
    ? 'write it like "512MB", "8GB" (10⁹ bytes each) or "8GiB" (2³⁰ bytes each)'
    : `write "${amount}${prefix.toUpperCase()}${binary}B"`;
}
