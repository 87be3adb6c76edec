import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CliRig, REPOSITORY } from "./cli-rig.js";
import type { CommandResult } from "./running-command.js";

/** A page of the documentation. */
export class Page {
  readonly text: string;

  /** @param path from the repository's root */
  constructor(path: string) {
    this.text = readFileSync(join(REPOSITORY, path), "utf8");
  }

  /** What a reader may paste into a shell, with `spawn` for the program, in order. */
  get snippets(): readonly string[] {
    return this.#blocks("bash runnable");
  }

  /** Programs for Node, as modules. */
  get programs(): readonly string[] {
    return this.#blocks("js runnable");
  }

  #blocks(wanted: string): readonly string[] {
    return [...this.text.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].flatMap(([, info, text]) =>
      info?.trim() === wanted && text !== undefined ? [text] : [],
    );
  }

  /** Paths that it points at, from the page. */
  get links(): readonly string[] {
    return [...this.text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path ?? "");
  }
}

/** Pastes a snippet into a shell in the rig's work folder; the first command that fails ends it. */
export async function runSnippet(rig: CliRig, snippet: string): Promise<CommandResult> {
  rig.write("../home/bin/spawn", `#!/bin/sh\nexec '${process.execPath}' '${rig.cli}' "$@"\n`, 0o755);
  const env = { PATH: `${rig.home}/bin:${process.env.PATH}` };
  return await rig.startProgram("bash", ["-euo", "pipefail", "-c", snippet], { env }).result;
}
