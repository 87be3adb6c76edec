import * as z from "zod";
import {
  DURATION_PATTERN,
  ID_PATTERN,
  PROVIDED_VARIABLE_PATTERN,
  SIZE_PATTERN,
  VARIABLE_NAME_PATTERN,
} from "./patterns.js";

/*
 * The kinds of values that several fields share. The patterns here are for editors; the rules check the same constants
 * and say more than "does not match".
 */

export const idField = z.string().meta({ pattern: ID_PATTERN.source });

export const durationField = z.string().meta({ pattern: DURATION_PATTERN.source });

export const sizeField = z.string().meta({ pattern: SIZE_PATTERN.source });

/** Text that is not empty. */
export const textField = z.string().min(1);

export const exitCodesField = z.array(z.int().min(0).max(255));

export const variableNameField = z.string().meta({
  pattern: VARIABLE_NAME_PATTERN.source,
  not: { pattern: PROVIDED_VARIABLE_PATTERN.source },
});

export const environmentField = z.record(variableNameField, z.union([z.string(), z.number(), z.boolean()]));
