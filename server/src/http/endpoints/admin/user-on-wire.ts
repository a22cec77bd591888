import { maskedPhone } from "../../../core/masked-phone.ts";
import { toSeconds } from "../../../core/time/clock.ts";
import { statusOfUser } from "../../../session/administration/find-users.ts";
import { maskExternalId, maskId } from "../../../session/administration/mask.ts";
import type { ListedUser } from "../../../store/users.ts";

/** A user as docs/protocol.md §9 shows it; personal data masked unless `isPersonal`. */
export function userOnWire(listed: ListedUser, isPersonal: boolean, now: number): object {
  const { user, identities, bannedSince } = listed;
  const id = (text: string): string => (isPersonal ? text : maskId(text));
  const external = (text: string): string => (isPersonal ? text : maskExternalId(text));
  return {
    id: user.id,
    external_id: user.externalId === null ? null : external(user.externalId),
    status: statusOfUser(listed, now),
    roles: user.roles,
    ver: user.ver,
    ban:
      user.ban === null
        ? null
        : {
            reason: user.ban.reason,
            since: bannedSince === null ? null : toSeconds(bannedSince),
            // Rounded up: at this second it is over.
            until: user.ban.until === null ? null : Math.ceil(user.ban.until / 1000),
          },
    identities: identities.map(({ platform, app, openid, unionid, createdAt }) => ({
      platform,
      app,
      openid: id(openid),
      unionid: unionid === null ? null : id(unionid),
      created: toSeconds(createdAt),
    })),
    created: toSeconds(user.createdAt),
  };
}

/** A phone number, masked unless `isPersonal`. */
export function phoneOnWire(phone: string | null, isPersonal: boolean): string | null {
  return phone === null || isPersonal ? phone : maskedPhone(phone);
}
