import type { z } from "zod";
import type { Reason } from "../../core/errors/reasons.ts";
import type { Method } from "../endpoint.ts";

/** Who may call it: anyone, a client by the rules of RFC 6749 §2.3, or the holder of an access token. */
export type Access =
  | { readonly kind: "anyone" }
  /** A mini program by its name, a back end by its secret. */
  | { readonly kind: "client" }
  /** A back end by its secret. */
  | { readonly kind: "confidential" }
  | { readonly kind: "user" }
  | { readonly kind: "backEnd" | "administrator"; readonly permission: string };

/** A body, by its content type. */
export type Content = Readonly<Record<string, z.ZodType>>;

/** Request headers by name, with what they are for. */
type RequestHeaders = Readonly<Record<string, { readonly description: string; readonly required?: true }>>;

/** One method of an endpoint, as a reader needs it who has no other page. */
export interface Operation {
  /** One line. */
  readonly summary: string;
  /** The section of docs/protocol.md, such as `3`. */
  readonly section: string;
  readonly access: Access;
  readonly query?: z.ZodObject;
  readonly headers?: RequestHeaders;
  readonly body?: Content;
  /** Answers that refuse nothing; `null` = without a body. */
  readonly answers: Readonly<Record<number, Content | null>>;
  /** Why it may be refused, beside what follows from `access`. */
  readonly reasons: readonly Reason[];
}

/** Operations by path and method, as endpoints have them. */
export type Operations = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

const JSON_TYPE = "application/json";

export const json = (schema: z.ZodType): Content => ({ [JSON_TYPE]: schema });
export const form = (schema: z.ZodType): Content => ({ "application/x-www-form-urlencoded": schema });

/** What a client may have kept is asked for again by its ETag (RFC 9110 §13.1.2). */
export const IF_NONE_MATCH: RequestHeaders = {
  "If-None-Match": { description: "ETags of what the caller has kept; 304 if one is still true." },
};
export const IF_MATCH: RequestHeaders = {
  "If-Match": { description: "The ETag of what is changed; `*` = any.", required: true },
};

/** Reasons of a JSON body. */
export const JSON_BODY: readonly Reason[] = [
  "content_type_unsupported",
  "body_too_large",
  "parameter_missing",
  "parameter_invalid",
];
/** Reasons of a form. */
export const FORM_BODY: readonly Reason[] = [...JSON_BODY, "parameter_repeated"];
