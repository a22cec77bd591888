import * as z from "zod";
import { dataOptions, functionOptions } from "../../hufu/options/option-schema.ts";
import { closed } from "../../options/closed-object.ts";
import { duration, flag, oneOf, text } from "../../options/values.ts";
import { LOG_LEVELS } from "../server/log.ts";

const NO_PORT = "must be a port from 0 to 65535";
const PATH = 'must be a path such as "/auth", without a slash at the end, or ""';
const NEEDS_MODULE = "only a JavaScript or TypeScript configuration can hold functions";

/** A number, or its digits: a port often comes out of the environment. */
const port = z
  .union(
    [
      z.int({ error: NO_PORT }).min(0, { error: NO_PORT }).max(65_535, { error: NO_PORT }),
      z
        .string()
        .regex(/^\d{1,5}$/, { error: NO_PORT })
        .transform(Number)
        .refine((number) => number <= 65_535, { error: NO_PORT }),
    ],
    { error: NO_PORT },
  )
  .describe("The port; 0 takes a free one.");

/** The options of `hufu serve` itself; all others are those of `createHufu`. */
const serveOptions = {
  $schema: z.string().describe("For editors; ignored.").optional(),
  listen: closed({
    host: text("The address.").default("127.0.0.1"),
    port: port.default(8080),
    path: z
      .string({ error: PATH })
      .regex(/^(?:\/[A-Za-z0-9._~-]+)*$/, { error: PATH })
      .describe(
        "The path under which requests arrive, if a proxy changes it; empty if it strips it. Default is the issuer's.",
      )
      .optional(),
  })
    .describe("Where hufu serve listens.")
    .prefault({}),
  metrics: closed({
    host: text("The address. Every client that can reach it can read the metrics.").default("127.0.0.1"),
    port: port.default(9464),
  })
    .describe("Where /metrics is served, for Prometheus. Default is nowhere.")
    .optional(),
  drain: duration("For how long requests are answered after SIGTERM, while readyz is 503; 0s to 5m.", {
    least: "0s",
    most: "5m",
  }).default("5s"),
  logLevel: oneOf(LOG_LEVELS, "What to log. --log-level on the command line goes first.").default("info"),
  accessLog: z
    .union([z.boolean(), closed({ userAgent: flag("The caller's User-Agent too.").default(false) })], {
      error: "must be true, false or an object such as { userAgent: true }",
    })
    .describe("One line at level info for each request.")
    .default(false),
};

/** Two addresses of one machine may have the same port; that is for the system to say. */
function portsDiffer({
  value: { listen, metrics },
  issues,
}: z.core.ParsePayload<{
  readonly listen: { readonly host: string; readonly port: number };
  readonly metrics?: { readonly host: string; readonly port: number } | undefined;
}>): void {
  if (metrics === undefined || metrics.port === 0) return;
  if (metrics.host !== listen.host || metrics.port !== listen.port) return;
  const message = "is the port of listen as well; take another one";
  issues.push({ code: "custom", path: ["metrics", "port"], message, input: undefined });
}

/** A configuration in JSON. */
export const jsonConfig = closed(
  { ...serveOptions, ...dataOptions },
  {
    hooks: NEEDS_MODULE,
  },
).check(portsDiffer);

/** A configuration that is a module. */
export const moduleConfig = closed({ ...serveOptions, ...dataOptions, ...functionOptions }).check(portsDiffer);

/** A configuration with its defaults, every `env:` and `file:` replaced by what it names. */
export type ServerConfig = z.output<typeof moduleConfig>;

/** The configuration as JSON Schema, for editors: any text may also be `env:NAME` or `file:PATH`. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(jsonConfig, {
    io: "input",
    override({ jsonSchema }) {
      // The program must not change the list, but in the file it can be edited.
      Reflect.deleteProperty(jsonSchema, "readOnly");
      if (isEmptyObject(jsonSchema.default)) Reflect.deleteProperty(jsonSchema, "default");
      const { enum: words, pattern, description, default: preset, ...rest } = jsonSchema;
      if (rest.type !== "string" || (words === undefined && pattern === undefined)) return;
      for (const name of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, name);
      const exact =
        words === undefined ? { type: "string" as const, pattern } : { type: "string" as const, enum: words };
      Object.assign(jsonSchema, {
        description,
        default: preset,
        anyOf: [exact, { type: "string", pattern: "^(?:env|file):." }],
      });
    },
  });
  return { ...schema, title: "Configuration of hufu serve" };
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
