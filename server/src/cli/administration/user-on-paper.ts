import { maskedPhone } from "../../core/masked-phone.ts";
import { userOnWire } from "../../http/endpoints/admin/user-on-wire.ts";
import { statusOfUser } from "../../session/administration/find-users.ts";
import { maskExternalId, maskId } from "../../session/administration/mask.ts";
import type { LinkedIdentity, ListedUser } from "../../store/users.ts";
import { printableText } from "../output/printable.ts";
import { textTable } from "../output/text-table.ts";
import { instantInWords, relativeToNow } from "../output/time-in-words.ts";

/** How personal data appears: whole, or so much of it that two can be told apart. */
export interface Personal {
  id(openidOrUnionid: string): string;
  externalId(id: string): string;
  phone(number: string): string;
}

const same = (text: string): string => text;
export const SHOWN: Personal = Object.freeze({ id: same, externalId: same, phone: same });
export const MASKED: Personal = Object.freeze({ id: maskId, externalId: maskExternalId, phone: maskedPhone });

/** A user for scripts, as the administration over HTTP shows it. */
export function userJson(listed: ListedUser, now: number, personal: Personal): object {
  return userOnWire(listed, personal === SHOWN, now);
}

/** Users for people, a line each. */
export function userTable(users: readonly ListedUser[], now: number, personal: Personal): string {
  return textTable(
    ["USER", "YOUR ID", "STATUS", "ROLES", "APPS", "CREATED"],
    users.map((listed) => [
      listed.user.id,
      externalIdOf(listed, personal),
      statusOfUser(listed, now),
      listed.user.roles.join(",") || "-",
      [...new Set(listed.identities.map(({ app }) => app))].map(printableText).join(",") || "-",
      relativeToNow(listed.user.createdAt, now),
    ]),
  );
}

/** One user for people, with all that is known. */
export function userText(listed: ListedUser, phone: string | null, now: number, personal: Personal): string {
  const { user, identities } = listed;
  const facts = [
    ["user", user.id],
    ["your id", externalIdOf(listed, personal)],
    ["status", statusOfUser(listed, now)],
    ["roles", user.roles.join(", ") || "-"],
    ["ban", banInWords(listed, now)],
    ["phone", phone === null ? "-" : personal.phone(phone)],
    ["created", instantInWords(user.createdAt, now)],
    ...identities.map((identity) => ["identity", identityInWords(identity, now, personal)]),
  ];
  return `${facts.map(([name = "", value = ""]) => `${name.padEnd(10)}${value}`).join("\n")}\n`;
}

function externalIdOf({ user: { externalId } }: ListedUser, personal: Personal): string {
  return externalId === null ? "-" : printableText(personal.externalId(externalId));
}

function banInWords({ user: { ban }, bannedSince }: ListedUser, now: number): string {
  if (ban === null) return "-";
  const since = bannedSince === null ? "" : `since ${instantInWords(bannedSince, now)}, `;
  const until = ban.until === null ? "for good" : `until ${instantInWords(ban.until, now)}`;
  return `${since}${until}: ${printableText(ban.reason)}`;
}

function identityInWords(
  { platform, app, openid, unionid, createdAt }: LinkedIdentity,
  now: number,
  personal: Personal,
) {
  const union = unionid === null ? "" : `, unionid ${personal.id(unionid)}`;
  return `${platform} ${printableText(app)}, openid ${personal.id(openid)}${union}, ${relativeToNow(createdAt, now)}`;
}
