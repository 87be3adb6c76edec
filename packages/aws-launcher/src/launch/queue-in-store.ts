import { stat } from "node:fs/promises";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import type { Ec2LaunchRequest } from "../request.js";
import { storedLaunch } from "./stored-instance.js";

/** What is larger than this may be on its way for longer than a launch should take. */
const LARGE_BYTES = 16 * 2 ** 20;

/** What an instance finds of its queue in the store; what a relaunch replaces of that is kept beside it until the launch is over. */
export class QueueInStore {
  readonly #store: ResultStore;
  readonly #request: Ec2LaunchRequest;
  /** Told how far the work folder has come, in bytes. */
  readonly #onShipping: (sent: number, size: number) => void;
  #isKept = false;

  constructor(
    store: ResultStore,
    request: Ec2LaunchRequest,
    onShipping: (sent: number, size: number) => void,
  ) {
    this.#store = store;
    this.#request = request;
    this.#onShipping = onShipping;
  }

  /** Whether filling it may take long. */
  async isLarge(): Promise<boolean> {
    const archive = this.#request.workdir?.archive;
    return archive !== undefined && (await stat(archive)).size > LARGE_BYTES;
  }

  /** @throws SpawnError `permission-denied`, `store-failed`. */
  async fill(): Promise<void> {
    const { queueId, queueFile, workdir, isNew, fromStore } = this.#request;
    const keys = queueKeys(queueId);
    // What was asked of an instance before this one is not for this one.
    if (!isNew) await this.#store.remove(keys.requestsFolder);
    if (fromStore !== undefined) await this.#keepBefore();
    await this.#store.putBytes(keys.queueFile, Buffer.from(queueFile), { durable: true });
    if (workdir?.archive !== undefined) await this.#ship(keys.workdir, workdir.archive);
    const launch = Buffer.from(`${JSON.stringify(storedLaunch(this.#request), undefined, 2)}\n`);
    await this.#store.putBytes(keys.launch, launch, { durable: true });
  }

  /** As it was before the launch. */
  async takeBack(): Promise<void> {
    const { queueId, fromStore, isNew } = this.#request;
    const keys = queueKeys(queueId);
    if (fromStore !== undefined) return this.#putBack();
    if (isNew) return this.#store.remove(keys.folder);
    for (const key of [keys.queueFile, keys.workdir, keys.launch, keys.instance])
      await this.#store.remove(key);
  }

  /** What was kept of the launch before is not needed any more. */
  async forgetBefore(): Promise<void> {
    if (this.#isKept) await this.#store.remove(this.#keptKey(""));
  }

  async #ship(key: string, archive: string): Promise<void> {
    const { size } = await stat(archive);
    let sent = 0;
    const onBytes = (bytes: number): void => {
      sent += bytes;
      this.#onShipping(sent, size);
    };
    await this.#store.putFile(key, archive, { durable: true, onBytes });
  }

  /** What a relaunch replaces, so that it can be put back. */
  get #replaced(): readonly string[] {
    const keys = queueKeys(this.#request.queueId);
    const isShipped = this.#request.workdir?.archive !== undefined;
    return [keys.queueFile, keys.launch, ...(isShipped ? [keys.workdir] : [])];
  }

  async #keepBefore(): Promise<void> {
    for (const key of this.#replaced) await this.#store.copy(key, this.#keptKey(key));
    this.#isKept = true;
  }

  async #putBack(): Promise<void> {
    if (!this.#isKept) return;
    for (const key of this.#replaced) {
      if (!(await this.#store.copy(this.#keptKey(key), key))) await this.#store.remove(key);
    }
    await this.forgetBefore();
  }

  #keptKey(key: string): string {
    const { folder } = queueKeys(this.#request.queueId);
    return `${folder}.before/${key.slice(folder.length)}`;
  }
}
