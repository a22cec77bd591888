import * as z from "zod";
import { ROLE_NAME } from "../../session/role-name.ts";
import type { Method } from "../endpoint.ts";
import { securityOf } from "./access-reasons.ts";
import { answersOf, contentOf, HEADERS } from "./described-answers.ts";
import type { Operation, Operations } from "./operation.ts";
import { ADMIN_OPERATIONS } from "./operations/admin-operations.ts";
import { OAUTH_OPERATIONS } from "./operations/oauth-operations.ts";
import { OWN_OPERATIONS } from "./operations/own-operations.ts";
import { PUBLISHED_OPERATIONS } from "./operations/published-operations.ts";
import { componentSchemas, type JsonSchema, schemaOf } from "./schemas/json-schema.ts";
import { kid, sessionId, userId } from "./schemas/values.ts";
import { type Paths, shareAnswers } from "./share-answers.ts";

/** An OpenAPI 3.1 document. */
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Paths;
  readonly components: Readonly<
    Record<"schemas" | "responses" | "headers" | "securitySchemes", Readonly<Record<string, unknown>>>
  >;
  readonly [member: string]: unknown;
}

/** Every operation that there is. A test holds them against what is served. */
export const OPERATIONS: Operations = {
  ...OAUTH_OPERATIONS,
  ...PUBLISHED_OPERATIONS,
  ...OWN_OPERATIONS,
  ...ADMIN_OPERATIONS,
};

const IN_PATH: Readonly<Record<string, z.ZodType>> = {
  id: userId,
  sid: sessionId,
  name: z.string().regex(ROLE_NAME),
  kid,
};

const DESCRIPTION = `Sign-in for mini programs. Every promise is explained in docs/protocol.md of the package.

A refusal has a \`reason\`, by which a client decides. Every path with GET also answers HEAD; OPTIONS answers 204 with \`Allow\`, and
another method 405. Members that a client does not know are to be ignored: they may be added without a new version.`;

/**
 * All endpoints as OpenAPI 3.1, from the schemas of requests and answers and from the table of refusals.
 * @param issuer the server's address; paths are below it
 */
export function createOpenApi(issuer: string): OpenApi {
  const { paths, responses } = shareAnswers(
    Object.fromEntries(Object.entries(OPERATIONS).map(([path, methods]) => [path, describePath(path, methods)])),
  );
  return {
    openapi: "3.1.1",
    info: {
      title: "Hufu",
      // Of the wire protocol, not of the package.
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: issuer }],
    paths,
    components: {
      schemas: componentSchemas(),
      responses,
      headers: HEADERS,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "An access token (RFC 6750)." },
        dpop: {
          type: "http",
          scheme: "dpop",
          description: "An access token of a bound session, with a proof in the header DPoP (RFC 9449).",
        },
        basic: {
          type: "http",
          scheme: "basic",
          description: "A back end's id and secret (RFC 6749 §2.3.1); or client_id and client_secret in the form.",
        },
      },
    },
  };
}

function describePath(path: string, methods: Operations[string]): Paths[string] {
  const inPath = [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: schemaOf(IN_PATH[name] ?? z.string()),
  }));
  return {
    ...(inPath.length === 0 ? {} : { parameters: inPath }),
    ...Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [
        method.toLowerCase(),
        describe(path, method as Method, operation),
      ]),
    ),
  };
}

function describe(path: string, method: Method, operation: Operation): Readonly<Record<string, unknown>> {
  const { summary, section, access, body } = operation;
  const parameters = [...queryOf(operation), ...headersOf(operation)];
  return {
    operationId: idOf(path, method),
    tags: [path.split("/")[1] === ".well-known" ? "well-known" : path.split(/[/.]/)[1]],
    summary,
    description: `docs/protocol.md §${section}`,
    security: securityOf(access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body) } }),
    responses: answersOf(operation),
  };
}

function queryOf({ query }: Operation): object[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => ({ name, in: "query", schema: schemaOf(schema) }));
}

function headersOf({ headers = {}, access }: Operation): object[] {
  const proof: Operation["headers"] =
    access.kind === "user" || access.kind === "administrator"
      ? { DPoP: { description: "The proof of a bound session (RFC 9449)." } }
      : {};
  const schema: JsonSchema = { type: "string" };
  return Object.entries({ ...headers, ...proof }).map(([name, { description, required }]) => ({
    name,
    in: "header",
    description,
    ...(required === undefined ? {} : { required }),
    schema,
  }));
}

/** `DELETE /me/sessions/{sid}` → `deleteMeSessionsSid`. */
function idOf(path: string, method: Method): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== "");
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
