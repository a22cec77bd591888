import type { IncomingMessage, ServerResponse } from "node:http";

/** What of an Express request is used here; those of Express 4 and 5 fit. */
export type ExpressRequest = IncomingMessage & {
  readonly originalUrl: string;
  readonly params: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: unknown;
  readonly body: unknown;
};

/** What of an Express response hosts use in their own words. */
export type ExpressResponse = ServerResponse & { json(body: unknown): unknown };

/** Passes on: to the next handler, or with an error to the error handlers. */
export type Next = (error?: unknown) => void;

/** An Express handler, without Express's own types. */
export type ExpressHandler<Request = ExpressRequest, Response = ExpressResponse> = (
  request: Request,
  response: Response,
  next: Next,
) => void;

/** A handler that asks for nothing of Express's own, so that nothing is inferred from it for those behind it. */
export type PlainHandler = ExpressHandler<IncomingMessage, ServerResponse>;

/** An Express error handler, without Express's own types. */
export type ExpressErrorHandler<Request = ExpressRequest> = (
  error: unknown,
  request: Request,
  response: ExpressResponse,
  next: Next,
) => void;
