import * as z from "zod";
import { queueFileSchema } from "./queue-file-schema.js";

/** The JSON Schema (2020-12) of a queue file, for editors and other tools. A new object each time. */
export function queueFileJsonSchema(): object {
  return z.toJSONSchema(queueFileSchema, { target: "draft-2020-12", io: "input" });
}
