import type { IdentityMove } from "../../../store/identity-moves.ts";
import type { User } from "../../../store/records.ts";
import { counted } from "../../output/counted.ts";
import { printableText } from "../../output/printable.ts";
import { instantInWords } from "../../output/time-in-words.ts";

/** What a move changes, for a person who has to say yes: no openid, no unionid. */
export function moveInWords(move: IdentityMove, now: number): string {
  const { from, into, identities, staying, externalId, sessions } = move;
  const apps = [...new Set(identities.map(({ app }) => printableText(app)))].join(", ");
  const lines = [
    `${counted(identities.length, "identity", "identities")} (${apps}) of ${from.id} becomes ${into.id}'s; ${staying} stay.`,
    `Sessions that end: ${sessions.length}; the mini program signs in again by itself.`,
    `${from.id}: ${aboutUser(from, now)}`,
    `${into.id}: ${aboutUser(into, now)}`,
  ];
  const lost = from.roles.filter((role) => !into.roles.includes(role));
  const gained = into.roles.filter((role) => !from.roles.includes(role));
  if (lost.length > 0) lines.push(`Roles that this person no longer has: ${lost.join(", ")}`);
  if (gained.length > 0) lines.push(`Roles that this person has from now on: ${gained.join(", ")}`);
  if (externalId !== null) lines.push(`Your own id goes along: ${printableText(externalId)}`);
  else if (from.externalId !== null && into.externalId !== null) {
    lines.push("Your back end knows the two by different ids: its resolveUser must name the second one from now on.");
  }
  return `${lines.join("\n")}\n`;
}

function aboutUser({ externalId, roles, ban }: User, now: number): string {
  const own = externalId === null ? "no id of your own" : `your id ${printableText(externalId)}`;
  const banned = ban === null || (ban.until !== null && ban.until <= now) ? "" : bannedUntil(ban.until, now);
  return `${own}, roles ${roles.join(", ") || "none"}${banned}`;
}

function bannedUntil(until: number | null, now: number): string {
  return until === null ? ", banned for good" : `, banned until ${instantInWords(until, now)}`;
}

/** The same for scripts. @param id names the move; `null` while it is not carried out */
export function moveJson(move: IdentityMove, id: string | null): string {
  const { from, into, identities, staying, externalId, sessions } = move;
  const user = (one: User): object => ({ id: one.id, external_id: one.externalId, roles: one.roles, ban: one.ban });
  const apps = identities.map(({ app }) => app);
  const ends = sessions.map((session) => session.id);
  const changes = { identities: apps, staying, external_id: externalId, sessions: ends };
  return `${JSON.stringify({ move: id, from: user(from), into: user(into), ...changes })}\n`;
}
