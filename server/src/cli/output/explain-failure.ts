import { HufuError } from "../../core/errors/errors.ts";
import { redactText } from "../../core/log/redact.ts";
import { Failure } from "./failure.ts";

/** One clear sentence about what stopped a command, without a stack and without a secret. */
export function explainFailure(error: unknown): string {
  return redactText(sentence(error)).replace(/\s*\n\s*/g, " ");
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return "something that is no error was thrown";
  if (error instanceof Failure || error instanceof TypeError) return error.message;
  if (error instanceof HufuError) {
    const facts = [error.parameter, error.detail, deepestMessage(error.cause)].filter((fact) => fact !== undefined);
    const what = error.reason === "store_unavailable" ? "the database cannot be used" : error.message;
    return facts.length === 0 ? what : `${what}: ${facts.join(": ")}`;
  }
  return error.message === "" ? error.name : error.message;
}

function deepestMessage(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  return deepestMessage(cause.cause) ?? (cause.message === "" ? undefined : cause.message);
}
