import { isUtf8 } from "node:buffer";
import * as z from "zod";
import { EXTERNAL_ID_MOST, REASON_MOST } from "../../core/arguments.ts";
import { isReservedId } from "../../core/ids.ts";
import { isWellFormed } from "../../core/well-formed.ts";
import { nearestName } from "../../options/nearest-name.ts";
import { isRoleName, ROLES_MOST } from "../../session/role-name.ts";
import { parseStrictObject } from "../../token/jws/strict-json.ts";
import { type FileLine, LINE_MOST } from "./read-lines.ts";

const ID_MOST = 128;
const ID = /^[\x21-\x7e]+$/;
const PHONE = /^\+[1-9]\d{6,14}$/;

/** What a line says. Dumps have `null` where there is nothing, so it is the same as leaving a member out. */
const userLine = z.strictObject({
  app: z.string("must be text").min(1, "must not be empty").max(ID_MOST, `must have at most ${ID_MOST} characters`),
  openid: id(),
  unionid: id().nullish(),
  external_id: z
    .string("must be text; a number may have lost digits")
    .check(({ value, issues }) => {
      const what = externalIdMistake(value);
      if (what !== undefined) issues.push({ code: "custom", message: what, input: value });
    })
    .nullish(),
  roles: z
    .array(
      z.string("must be a list of names").refine(isRoleName, "must be names of 1–64 letters, digits and _ . : -"),
      "must be a list of names",
    )
    .max(ROLES_MOST, `must be at most ${ROLES_MOST} names`)
    .nullish(),
  ban: z
    .strictObject(
      {
        reason: z
          .string("must be text")
          .max(REASON_MOST, `must have at most ${REASON_MOST} characters`)
          .refine((text) => text.trim() !== "" && isWellFormed(text), "must be a reason"),
        until: z.iso
          .datetime({ offset: true, error: "must be a time with its offset, such as 2027-01-31T08:00:00+08:00" })
          .nullish(),
      },
      { error: (issue) => (issue.code === "unrecognized_keys" ? undefined : "must be { reason, until }") },
    )
    .nullish(),
  phone: z.string("must be text").regex(PHONE, "must be in the form of E.164, such as +8613800138000").nullish(),
});

/** A line, read. */
export type UserLine = z.infer<typeof userLine>;

const MEMBERS = Object.keys(userLine.shape);

/** A line that cannot be used. */
export interface LineMistake {
  readonly why: "line_too_long" | "not_utf8" | "not_json" | "cut_off" | "member_invalid" | "member_unknown";
  /** Names members, and never what they hold. */
  readonly detail: string;
}

/** An empty line. */
export const EMPTY = Symbol("an empty line");

/** Reads one line. */
export function readUserLine({ bytes, isCut }: FileLine): UserLine | LineMistake | typeof EMPTY {
  if (bytes === null) return { why: "line_too_long", detail: `a line has at most ${LINE_MOST} bytes` };
  if (bytes.every((byte) => byte === 0x20 || byte === 0x09)) return EMPTY;
  const object = parseStrictObject(bytes);
  if (object === undefined && !isUtf8(bytes)) return { why: "not_utf8", detail: "the line is not UTF-8" };
  if (object === undefined && isCut) return { why: "cut_off", detail: "the file ends in the middle of a line" };
  if (object === undefined) return { why: "not_json", detail: "the line is not one JSON object with each member once" };
  const read = userLine.safeParse(object, { reportInput: false });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue?.code === "unrecognized_keys") return unknownMember(issue.keys[0] ?? "", issue.path);
  const where = issue?.path.join(".") ?? "";
  const isMissing = issue !== undefined && issue.path.length === 1 && !(where in object);
  return { why: "member_invalid", detail: isMissing ? `${where}: is missing` : `${where}: ${issue?.message ?? ""}` };
}

function unknownMember(name: string, path: readonly PropertyKey[]): LineMistake {
  const shown = JSON.stringify(name.slice(0, 40));
  const [known, place] = path.length === 0 ? [MEMBERS, ""] : [["reason", "until"], `${path.join(".")}: `];
  const near = nearestName(name, known);
  const hint = near === undefined ? `there are ${known.join(", ")}` : `did you mean "${near}"?`;
  return { why: "member_unknown", detail: `${place}there is no member ${shown}; ${hint}` };
}

function id() {
  return z
    .string("must be text")
    .max(ID_MOST, `must have at most ${ID_MOST} characters`)
    .regex(ID, "must be visible ASCII characters");
}

function externalIdMistake(text: string): string | undefined {
  if (text === "" || text.length > EXTERNAL_ID_MOST) return `must have 1 to ${EXTERNAL_ID_MOST} characters`;
  if (!isWellFormed(text)) return "holds NUL or half a character";
  return isReservedId(text) ? "looks like an id of Hufu (u_…) or of a back end (client:…)" : undefined;
}
