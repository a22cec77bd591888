import * as z from "zod";
import { SCHEMAS } from "./named.ts";

/** JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const uri = (id: string): string => `#/components/schemas/${id}`;

/** A schema where it is used: a reference if it has a name. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  const id = SCHEMAS.get(schema)?.id;
  return id === undefined ? inlined(schema) : { $ref: uri(id) };
}

/** What every name stands for. */
export function componentSchemas(): Readonly<Record<string, JsonSchema>> {
  const { schemas } = z.toJSONSchema(SCHEMAS, { io: "input", uri, override: withoutBounds });
  return Object.fromEntries(
    Object.entries(schemas)
      .map(([id, { $schema: _, $id: __, ...schema }]): [string, JsonSchema] => [id, schema])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** One that is used here alone. */
function inlined(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", override: withoutBounds });
  return rest;
}

/** Every integer of JavaScript has these bounds; they say nothing. */
function withoutBounds({ jsonSchema }: { readonly jsonSchema: { minimum?: number; maximum?: number } }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
