import { type Clock, systemClock, systemRandom } from "@spawn/foundation";
import { type Launcher, LocalLauncher } from "@spawn/launcher";
import { openAnyStore, type ResultStore } from "@spawn/result-store";
import { type SpawnPaths, spawnPaths } from "./paths.js";
import { lazyRunner } from "./runner-program.js";

/** What commands work with. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the invocation. */
  readonly cwd: string;
  readonly paths: SpawnPaths;
  readonly clock: Clock;
  readonly launcher: Launcher;
  /** The result store in a folder, or at `s3://bucket/prefix/`. */
  storeAt(location: string): Promise<ResultStore>;
}

/** Puts the program together from this process and this machine. */
export function openContext(packageRoot: string): Context {
  const { env } = process;
  const paths = spawnPaths(env);
  const clock = systemClock();
  return {
    env,
    cwd: process.cwd(),
    paths,
    clock,
    launcher: new LocalLauncher({
      instancesFolder: paths.instances,
      runner: lazyRunner({ env, packageRoot }),
      clock,
      random: systemRandom(),
      platform: process.platform,
    }),
    storeAt: (location) => openAnyStore(location, { patience: "person" }),
  };
}
