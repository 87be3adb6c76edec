import type { SecretRef } from "@spawn/config-schema";

/** Where the values of jobs' secrets come from. They are kept in memory alone. */
export interface SecretSource {
  /**
   * The values by the variables' names.
   *
   * @throws Error that names the secret that could not be fetched, and why; never a value.
   */
  fetch(secrets: Readonly<Record<string, SecretRef>>): Promise<Readonly<Record<string, string>>>;
}

/** A machine that has no secrets to give. */
export const noSecrets: SecretSource = {
  fetch: () => Promise.reject(new Error("secrets can be fetched on EC2 only")),
};
