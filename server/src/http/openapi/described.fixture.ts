import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { createOpenApi } from "./create-openapi.ts";

/** A request and its answer, as they crossed the network. */
export interface Exchange {
  readonly method: string;
  /** Below the issuer, with the query. */
  readonly path: string;
  /** If it is text. */
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

const document = createOpenApi("http://localhost/auth");
const ajv = new Ajv2020({ strict: false, validateFormats: false, coerceTypes: false });
ajv.addSchema({ ...document, $id: "open" });
ajv.addSchema({ ...Object(closed(document)), $id: "closed" });
/** For what comes as text: a number of a query is one by its digits. */
const texts = new Ajv2020({ strict: false, validateFormats: false, coerceTypes: true });
texts.addSchema({ ...document, $id: "open" });

/** Headers that say something about this one answer. */
const TELLING = ["etag", "retry-after", "www-authenticate", "dpop-nonce", "hufu-reason"];
const templates = Object.keys(document.paths).map((path) => ({ path, parts: path.split("/") }));

/**
 * What the OpenAPI document says of this exchange is true, and it says everything: no status, header, member or reason that is not
 * in it. What was answered well must have been a request as described.
 */
export function assertDescribed(exchange: Exchange): void {
  const [path = "", query = ""] = exchange.path.split("?", 2);
  const template = templateOf(path);
  // Without this header it was the host that answered.
  const isOurs = exchange.headers["x-request-id"] !== undefined;
  if (template === undefined || !isOurs || exchange.method === "OPTIONS") return;
  const told = `${exchange.method} ${exchange.path}: ${exchange.status} ${exchange.text.slice(0, 400)}`;
  const method = (exchange.method === "HEAD" ? "GET" : exchange.method).toLowerCase();
  const operation = document.paths[template]?.[method] as Operation | undefined;
  if (operation === undefined) {
    assert.equal(exchange.status, 405, `not described: ${told}`);
    fits("closed#/components/schemas/Fault", JSON.parse(exchange.text || FAULT), told);
    return;
  }
  const place = `/paths/${escaped(template)}/${method}`;
  const named = operation.responses[exchange.status];
  const shared = named?.$ref?.split("/").at(-1);
  const answer = shared === undefined ? named : (document.components.responses[shared] as Described | undefined);
  assert.ok(answer !== undefined, `the status is not described: ${told}`);
  for (const name of TELLING.filter((one) => exchange.headers[one] !== undefined)) {
    const described = Object.keys(answer.headers ?? {}).map((one) => one.toLowerCase());
    assert.ok(described.includes(name), `the header ${name} is not described: ${told}`);
  }
  const answerAt = shared === undefined ? `${place}/responses/${exchange.status}` : `/components/responses/${shared}`;
  answerFits(answerAt, answer, exchange, told);
  if (exchange.status < 300) requestFits(place, operation, query, exchange, told);
}

/**
 * Asks as `fetch` does, and holds each exchange with an endpoint below `issuer` against the document.
 * @param fetch of the app that answers
 */
export function describedFetch(
  fetch: (request: Request) => Response | Promise<Response>,
  issuer: string,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const body = request.body === null ? undefined : await request.clone().text();
    const response = await fetch(request);
    const path = request.url.slice(issuer.length);
    const isStream = response.headers.get("content-type") === "text/event-stream";
    if (isStream || !request.url.startsWith(`${issuer}/`)) return response;
    assertDescribed({
      method: request.method,
      path,
      body,
      contentType: request.headers.get("content-type") ?? undefined,
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text: await response.clone().text(),
    });
    return response;
  };
}

interface Described {
  readonly $ref?: string;
  readonly headers?: Json;
  readonly content?: Json;
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: Described;
  readonly responses: Readonly<Record<string, Described>>;
}

/** The answer to HEAD has no body. */
const FAULT = '{"error":"","error_description":"","request_id":""}';

function answerFits(place: string, { content }: Described, exchange: Exchange, told: string): void {
  if (exchange.method === "HEAD") return;
  if (content === undefined) {
    assert.equal(exchange.text, "", `a body that is not described: ${told}`);
    return;
  }
  const type = String(exchange.headers["content-type"]).split(";", 1)[0] ?? "";
  assert.ok(content[type] !== undefined, `the content type ${type} is not described: ${told}`);
  const value = type === "application/json" ? JSON.parse(exchange.text) : exchange.text;
  fits(`closed#${place}/content/${escaped(type)}/schema`, value, told);
}

function requestFits(place: string, operation: Operation, query: string, exchange: Exchange, told: string): void {
  const { parameters = [], requestBody } = operation;
  for (const [name, value] of new URLSearchParams(query)) {
    const at = parameters.findIndex((one) => one.in === "query" && one.name === name);
    // Elsewhere what is not known is ignored.
    assert.ok(
      at !== -1 || !exchange.path.startsWith("/admin"),
      `the query parameter ${name} is not described: ${told}`,
    );
    if (at === -1) continue;
    const validate = texts.getSchema(`open#${place}/parameters/${at}/schema`);
    assert.ok(value === "" || validate?.(value), `the query parameter ${name} is not as described: ${told}`);
  }
  if (exchange.body === undefined || requestBody?.content === undefined) return;
  const type = exchange.contentType?.split(";", 1)[0]?.toLowerCase() ?? "";
  assert.ok(requestBody.content[type] !== undefined, `the request's content type is not described: ${told}`);
  fits(`open#${place}/requestBody/content/${escaped(type)}/schema`, bodyOf(type, exchange.body), told);
}

function bodyOf(type: string, body: string): unknown {
  if (type === "application/json") return JSON.parse(body);
  // An empty parameter counts as absent.
  return Object.fromEntries([...new URLSearchParams(body)].filter(([, value]) => value !== ""));
}

function fits(place: string, value: unknown, told: string): void {
  const validate: ValidateFunction | undefined = ajv.getSchema(place);
  assert.ok(validate !== undefined, `there is no ${place}`);
  assert.ok(validate(value), `${place} does not fit: ${told}\n${JSON.stringify(validate.errors, undefined, 1)}`);
}

function templateOf(path: string): string | undefined {
  if (document.paths[path] !== undefined) return path;
  const given = path.split("/");
  return templates.find(
    ({ parts }) =>
      parts.length === given.length &&
      parts.every((part, at) => part === given[at] || (part.startsWith("{") && given[at] !== "")),
  )?.path;
}

function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** The same with objects that have only the members which are named. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => closed(one));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]));
  const isObject = members["type"] === "object" && "properties" in members && !("additionalProperties" in members);
  return isObject ? { ...members, additionalProperties: false } : members;
}
