import type { QueueSpec } from "@spawn/config-schema";

/** What a queue's `secrets` name, each once: `ssm:/path`, `secretsmanager:id`. */
export function queueSecrets(spec: QueueSpec): readonly string[] {
  const names = spec.jobs.flatMap((job) =>
    Object.values(job.secrets).map((secret) =>
      secret.store === "ssm" ? `ssm:${secret.path}` : `secretsmanager:${secret.id}`,
    ),
  );
  return [...new Set(names)];
}
