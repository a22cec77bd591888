import * as z from "zod";

/** Every schema with a name of its own, as `#/components/schemas/NAME` shows it. */
export const SCHEMAS: z.core.$ZodRegistry<{ id: string }> = z.registry<{ id: string }>();

/** Gives a schema its name. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  SCHEMAS.add(schema, { id });
  return schema;
}
