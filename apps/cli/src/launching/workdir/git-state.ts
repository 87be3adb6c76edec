import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface GitState {
  readonly commit: string;
  /** Whether files of the folder differ from the commit, or are not in it. */
  readonly dirty: boolean;
}

/** Of the folder; `undefined` where it is in no git repository, or one without a commit, or there is no git. */
export async function gitState(folder: string): Promise<GitState | undefined> {
  const git = async (...args: readonly string[]): Promise<string> => {
    // What a hook or another program has set for its own repository is not for this one.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
    const options = { cwd: folder, env, maxBuffer: 64 * 2 ** 20 };
    return (await promisify(execFile)("git", ["--no-optional-locks", ...args], options)).stdout.trim();
  };
  try {
    const commit = await git("rev-parse", "--verify", "HEAD");
    const changes = await git("status", "--porcelain", "--untracked-files=normal", "--", ".");
    return { commit, dirty: changes !== "" };
  } catch {
    return undefined;
  }
}
