const HIDDEN = "****";
/** Shorter text would be given away by its ends. */
const MASKED_WHOLE = 12;
/** A number as people write it, with or without its country: what support must not see in an id either. */
const PHONE = /^(?:\+\d{7,15}|(?:86)?1[3-9]\d{9})$/;

/** Enough of an openid or unionid to tell two apart, too little to look a user up by it. */
export function maskId(id: string): string {
  return id.length < MASKED_WHOLE ? HIDDEN : `${id.slice(0, 3)}${HIDDEN}${id.slice(-3)}`;
}

/** The back end's own id of a user, which is no secret unless it is a phone number. */
export function maskExternalId(id: string): string {
  return PHONE.test(id) ? `${HIDDEN}${id.slice(-4)}` : id;
}
