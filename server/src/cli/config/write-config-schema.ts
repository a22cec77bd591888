// Writes server/config.schema.json anew: `node server/src/cli/config/write-config-schema.ts`, then `npm run fix` for its layout.
import { writeFileSync } from "node:fs";
import { configJsonSchema } from "./config-schema.ts";

/** The published schema as it stands in the file. */
export function configSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;
}

/** Where it stands, from this file. */
export const CONFIG_SCHEMA_FILE: URL = new URL("../../../config.schema.json", import.meta.url);

if (import.meta.main) writeFileSync(CONFIG_SCHEMA_FILE, configSchemaText());
