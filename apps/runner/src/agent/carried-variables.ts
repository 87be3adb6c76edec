import { DeleteParametersCommand, paginateGetParametersByPath, SSMClient } from "@aws-sdk/client-ssm";
import { awsFailure } from "./aws-failure.js";
import { awsSettings } from "./aws-settings.js";

/** The most names that one call deletes. */
const DELETED_AT_ONCE = 10;

/** The variables that the launching shell gave to a queue, in SSM's parameter store. */
export class CarriedVariables {
  readonly #region: string;
  readonly #path: string;

  constructor(region: string, queueId: string) {
    this.#region = region;
    this.#path = `/spawn/${queueId}/env/`;
  }

  /**
   * Their values by name.
   *
   * @throws SpawnError `permission-denied`, `store-failed`.
   */
  async fetch(): Promise<Readonly<Record<string, string>>> {
    const variables: Record<string, string> = {};
    await this.#eachPage(true, (name, value) => {
      variables[name.slice(this.#path.length)] = value;
    });
    return variables;
  }

  /**
   * Deletes all of them, once nothing needs them any more.
   *
   * @throws SpawnError `permission-denied`, `store-failed`.
   */
  async remove(): Promise<void> {
    const names: string[] = [];
    await this.#eachPage(false, (name) => names.push(name));
    const client = new SSMClient(awsSettings(this.#region));
    try {
      for (let at = 0; at < names.length; at += DELETED_AT_ONCE) {
        const Names = names.slice(at, at + DELETED_AT_ONCE);
        await client.send(new DeleteParametersCommand({ Names }));
      }
    } catch (error) {
      throw awsFailure("the queue's variables cannot be deleted from the parameter store", error);
    } finally {
      client.destroy();
    }
  }

  async #eachPage(decrypt: boolean, take: (name: string, value: string) => void): Promise<void> {
    const client = new SSMClient(awsSettings(this.#region));
    const query = { Path: this.#path, WithDecryption: decrypt, Recursive: false };
    try {
      for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, query)) {
        for (const { Name, Value } of Parameters) if (Name !== undefined) take(Name, Value ?? "");
      }
    } catch (error) {
      throw awsFailure("the queue's variables cannot be read from the parameter store", error);
    } finally {
      client.destroy();
    }
  }
}
