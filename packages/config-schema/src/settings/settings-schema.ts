import * as z from "zod";
import { durationField, textField } from "../schema/fields.js";
import { BUCKET_PATTERN } from "../schema/patterns.js";

export const PROVIDERS = ["local", "ec2"] as const;
export const ON_COMPLETE = ["terminate", "stop"] as const;

/** A settings file. Lists are one text with commas, as on the command line. */
export const settingsSchema = z.strictObject({
  provider: z.enum(PROVIDERS).optional(),
  region: textField.optional().meta({ examples: ["eu-central-1"] }),
  instance_type: textField.optional().meta({ examples: ["m7i.large,m6i.large"] }),
  ttl: durationField.optional().meta({ examples: ["8h"] }),
  idle_timeout: durationField.optional().meta({ examples: ["30m"] }),
  on_complete: z.enum(ON_COMPLETE).optional(),
  keep_on_failure: durationField.optional().meta({ examples: ["1h"] }),
  volume_size: z
    .int()
    .min(1)
    .max(16_384)
    .optional()
    .meta({ examples: [100] }),
  iam_policy: textField.optional().meta({ examples: ["s3:ReadOnly,ecr:ReadOnly"] }),
  result_s3_bucket: z
    .string()
    .optional()
    .meta({ pattern: BUCKET_PATTERN.source, examples: ["my-results"] }),
  result_s3_prefix: textField.optional().meta({ examples: ["team/"] }),
  tags: z
    .record(z.string(), z.string())
    .optional()
    .meta({ examples: [{ team: "ml" }] }),
});

type RawSettings = z.output<typeof settingsSchema>;
export type SettingKey = keyof RawSettings;

export const SETTING_KEYS = Object.keys(settingsSchema.shape) as readonly SettingKey[];
