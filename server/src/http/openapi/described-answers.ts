import type { Reason } from "../../core/errors/reasons.ts";
import { ERROR_TABLE } from "../errors/error-table.ts";
import { reasonsOf } from "./access-reasons.ts";
import type { Content, Operation } from "./operation.ts";
import { type JsonSchema, schemaOf } from "./schemas/json-schema.ts";
import { fault, refusal } from "./schemas/published.ts";

/** What answers tell in their headers, by the names that answers refer to. */
export const HEADERS: Readonly<Record<string, object>> = {
  "X-Request-Id": header("Hufu's own id of this request."),
  ETag: header("Names this state of what is shown."),
  "Retry-After": header("Seconds to wait."),
  "WWW-Authenticate": header("What is wrong with the credentials (RFC 6749 §5.2, RFC 6750 §3, RFC 9449, RFC 9470)."),
  "DPoP-Nonce": header("The nonce that the next proof must carry (RFC 9449 §8)."),
  "Hufu-Reason": header("The `reason` of the body."),
};

/** Refusals of these endpoints look as RFC 6749 §5.2 has it, without the headers of a guard. */
function isOAuth({ access }: Pick<Operation, "access">): boolean {
  return access.kind === "client" || access.kind === "confidential";
}

/** All answers of an operation by status, good ones first. */
export function answersOf(operation: Operation): Readonly<Record<string, object>> {
  const refused = refusalsByStatus(operation);
  const good = Object.entries(operation.answers).map(([status, content]) => {
    const reasons = refused.get(Number(status));
    refused.delete(Number(status));
    return [status, goodAnswer(Number(status), content, operation, reasons)] as const;
  });
  const bad = [...refused].sort(([one], [other]) => one - other);
  return Object.fromEntries([
    ...good,
    ...bad.map(([status, reasons]) => [String(status), refusedAnswer(status, reasons, operation)] as const),
    [
      "500",
      { description: "An internal error.", headers: named("X-Request-Id"), content: jsonContent(schemaOf(fault)) },
    ],
  ]);
}

/** A body by its content type. */
export function contentOf(content: Content): Readonly<Record<string, object>> {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema: schemaOf(schema) }]));
}

/** Why this operation may be refused, by status. */
export function refusalsByStatus(operation: Operation): Map<number, Reason[]> {
  const byStatus = new Map<number, Reason[]>();
  for (const reason of new Set([...reasonsOf(operation.access), ...operation.reasons])) {
    const entry = ERROR_TABLE[reason];
    const { status } = isOAuth(operation) ? entry : (entry.guard ?? entry);
    byStatus.set(status, [...(byStatus.get(status) ?? []), reason]);
  }
  return byStatus;
}

function goodAnswer(
  status: number,
  content: Content | null,
  operation: Operation,
  reasons: readonly Reason[] | undefined,
): object {
  const isAsked = operation.headers !== undefined && "If-None-Match" in operation.headers;
  const hasTag = isAsked || (operation.access.kind === "administrator" && content !== null);
  const described = content === null ? undefined : contentOf(content);
  const ownSchema = content?.["application/json"];
  const either =
    reasons === undefined || ownSchema === undefined
      ? described
      : jsonContent({ anyOf: [schemaOf(ownSchema), refusedSchema(reasons)] });
  return {
    description: GOOD[status] ?? "An answer.",
    headers: named(
      "X-Request-Id",
      ...(hasTag && status < 400 ? ["ETag"] : []),
      ...(isOAuth(operation) && operation.reasons.includes("proof_nonce") ? ["DPoP-Nonce"] : []),
    ),
    ...(either === undefined ? {} : { content: either }),
  };
}

const GOOD: Readonly<Record<number, string>> = {
  200: "Done.",
  204: "Done.",
  304: "What the caller has kept is still true.",
  503: "Not ready, or the node starts or stops.",
};

function refusedAnswer(status: number, reasons: readonly Reason[], operation: Operation): object {
  const challenges = status === 401 || (!isOAuth(operation) && (status === 400 || status === 403));
  const nonce = reasons.includes("proof_nonce");
  return {
    description: "Refused; `Refusal` says what each reason means.",
    headers: named(
      "X-Request-Id",
      ...(challenges ? ["WWW-Authenticate"] : []),
      ...(status === 429 || status === 503 ? ["Retry-After"] : []),
      ...(nonce ? ["DPoP-Nonce"] : []),
      ...(isOAuth(operation) ? [] : ["Hufu-Reason"]),
    ),
    content: jsonContent(refusedSchema(reasons)),
  };
}

function refusedSchema(reasons: readonly Reason[]): JsonSchema {
  return { allOf: [schemaOf(refusal), { properties: { reason: { enum: reasons } } }] };
}

function jsonContent(schema: JsonSchema): Readonly<Record<string, object>> {
  return { "application/json": { schema } };
}

function named(...names: readonly string[]): Readonly<Record<string, object>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function header(description: string): object {
  return { description, schema: { type: "string" } };
}
