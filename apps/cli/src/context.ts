import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Leftover } from "@spawn/aws-launcher";
import { type Clock, errnoOf, explainFileError, systemClock, systemRandom } from "@spawn/foundation";
import { type Launcher, LocalLauncher } from "@spawn/launcher";
import { openAnyStore, type ResultStore } from "@spawn/result-store";
import { chooseRegion, saidRegion } from "./aws/choose-region.js";
import { type Ec2Access, openEc2Access } from "./aws/ec2-access.js";
import { LaunchRecords } from "./aws/launch-records.js";
import { type SpawnPaths, spawnPaths } from "./paths.js";
import { runnerBinaries } from "./runner-binaries.js";
import { lazyRunner } from "./runner-program.js";
import type { LoadedSettings } from "./settings/load-settings.js";
import { settingsAt } from "./settings/settings-at.js";

/** Whose a result store in S3 is. */
interface StoreOwner {
  readonly region: string;
  /** Id of the account that it has to belong to. */
  readonly account: string;
}

/** What commands work with. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the invocation. */
  readonly cwd: string;
  readonly paths: SpawnPaths;
  readonly clock: Clock;
  readonly launcher: Launcher;
  /** The result store in a folder, or at `s3://bucket/prefix/`; of the latter nothing is asked that is said. */
  storeAt(location: string, owner?: StoreOwner): Promise<ResultStore>;
  /** What holds where a command line does not say otherwise; read when first asked for. @throws SpawnError `bad-arguments`. */
  settings(): Promise<LoadedSettings>;
  /** The AWS region that environment and settings say; `undefined` where they say none. @throws SpawnError `bad-arguments`. */
  defaultRegion(): Promise<string | undefined>;
  /** The launches on EC2 that were made from here. */
  readonly ec2Launches: LaunchRecords;
  /** Launches on EC2 from here whose process was killed, as far as this machine's disk tells. */
  leftovers(): Promise<readonly Leftover[]>;
  /**
   * EC2 in a region, by default the one that flags, environment and settings say. Nothing is asked of AWS yet; its SDK is
   * loaded by the first call that does. Commands on this machine alone never call this.
   *
   * @throws SpawnError `bad-arguments` where no region is said.
   */
  ec2(region?: string): Promise<Ec2Access>;
}

/** Puts the program together from this process and this machine. */
export function openContext(packageRoot: string): Context {
  const { env } = process;
  const cwd = process.cwd();
  const paths = spawnPaths(env);
  const [clock, random] = [systemClock(), systemRandom()];
  const settings = settingsAt(env, cwd);
  const configured = async () => (await import("@spawn/aws-launcher")).configuredRegion(env);
  const opened = new Map<string, Promise<Ec2Access>>();
  const ec2Launches = new LaunchRecords(paths.ec2);
  return {
    ...{ env, cwd, paths, clock, settings },
    launcher: new LocalLauncher({
      instancesFolder: paths.instances,
      runner: lazyRunner({ env, packageRoot }),
      ...{ clock, random, platform: process.platform },
    }),
    storeAt: (location, owner) => openAnyStore(location, { patience: "person", ...owner }),
    defaultRegion: () => saidRegion({ flag: undefined, env, configured, settings }),
    ec2Launches,
    leftovers: async () => {
      if (!holdsAny(join(paths.state, "launches"))) return [];
      const { leftovers, systemProcesses } = await import("@spawn/aws-launcher");
      return leftovers(clock, paths.state, systemProcesses());
    },
    async ec2(flag) {
      const region = await chooseRegion({ flag, env, configured, settings });
      const access =
        opened.get(region) ??
        openEc2Access({
          ...{ region, env, clock, random, stateFolder: paths.state },
          launchedAtMs: (instanceId) => ec2Launches.launchedAtMs(instanceId),
          runners: () => runnerBinaries({ env, packageRoot }),
          openStore: (location, options) => openAnyStore(location, { patience: "person", ...options }),
        });
      opened.set(region, access);
      return access;
    },
  };
}

/** So that the part that knows EC2 is not loaded where nothing was begun. */
function holdsAny(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw explainFileError(error, "cannot list the launches", folder);
  }
}
