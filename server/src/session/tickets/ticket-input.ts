import { checkObject, checkSecretText, mistaken } from "../../core/arguments.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { isWellFormed } from "../../core/well-formed.ts";
import type { JsonObject } from "../../token/jws/strict-json.ts";
import { digestOfParameters } from "../../token/ticket.ts";

/** What a ticket is for. */
export interface TicketPurpose {
  /** What is to be done, such as `order.pay`: 1 to 128 printable characters. */
  readonly operation: string;
  /**
   * With what: plain JSON, at most 16,384 characters and 32 levels. Integers beyond 2^53 − 1, such as order numbers of 19
   * digits, are sent as text.
   */
  readonly parameters: JsonObject;
}

/** What is to be done with a ticket. */
export interface TicketRedemption extends TicketPurpose {
  readonly ticket: string;
  /**
   * Names this use of the ticket, 1 to 128 printable characters: repeated with the same one, redeeming answers the same.
   * The number of the order that is paid is a good one.
   */
  readonly redeemId: string;
}

export const WORD_MOST = 128;
const CONTROL = /\p{Cc}/u;

/**
 * The digest of the parameters, and an operation that can be one.
 * @throws HufuError `parameter_invalid`, TypeError for what no caller from outside can send
 */
export function checkPurpose(purpose: TicketPurpose): { readonly operation: string; readonly digest: string } {
  const { operation, parameters } = checkObject("purpose", purpose);
  const checked = checkWord("operation", operation);
  return { operation: checked, digest: digestOfParameters(checkObject("parameters", parameters)) };
}

/** @throws as `checkPurpose` does */
export function checkRedemption(redemption: TicketRedemption) {
  const { ticket, redeemId } = checkObject("redemption", redemption);
  return {
    ...checkPurpose(redemption),
    ticket: checkSecretText("ticket", ticket),
    redeemId: checkWord("redeem_id", redeemId),
  };
}

function checkWord(name: string, value: unknown): string {
  if (typeof value !== "string") throw mistaken(name, "text", value);
  if (value !== "" && value.length <= WORD_MOST && isWellFormed(value) && !CONTROL.test(value)) return value;
  throw new HufuError("parameter_invalid", {
    parameter: name,
    detail: `${name}: 1 to ${WORD_MOST} printable characters`,
  });
}
