import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CliRig, REPOSITORY } from "./cli-rig.js";
import type { CommandResult } from "./running-command.js";

/** What stands between two fences. */
interface Block {
  /** Behind the opening fence. */
  readonly info: string;
  readonly text: string;
}

/** A page of the documentation. */
export class Page {
  readonly text: string;

  /** @param path from the repository's root */
  constructor(path: string) {
    this.text = readFileSync(join(REPOSITORY, path), "utf8");
  }

  get blocks(): readonly Block[] {
    return [...this.text.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, info = "", text = ""]) => ({
      info: info.trim(),
      text,
    }));
  }

  /** What a reader may paste into a shell, with `spawn` for the program, in order. */
  get snippets(): readonly string[] {
    return this.#texts("bash runnable");
  }

  /** Programs for Node, as modules. */
  get programs(): readonly string[] {
    return this.#texts("js runnable");
  }

  #texts(wanted: string): readonly string[] {
    return this.blocks.flatMap(({ info, text }) => (info === wanted ? [text] : []));
  }

  /** Paths that it points at, from the page. */
  get links(): readonly string[] {
    return [...this.text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path ?? "");
  }
}

/** Pastes a snippet into a shell in the rig's work folder; the first command that fails ends it. */
export async function runSnippet(
  rig: CliRig,
  snippet: string,
  more: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  rig.write("../home/bin/spawn", `#!/bin/sh\nexec '${process.execPath}' '${rig.cli}' "$@"\n`, 0o755);
  const env = { ...more, PATH: `${rig.home}/bin:${process.env.PATH}` };
  return await rig.startProgram("bash", ["-euo", "pipefail", "-c", snippet], { env }).result;
}
