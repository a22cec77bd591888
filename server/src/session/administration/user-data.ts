import { checkObject, checkSecretText, mistaken } from "../../core/arguments.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId } from "../../core/ids.ts";
import { decryptEncryptedData } from "../../platform/wechat/encrypted-data.ts";
import type { SessionFacts } from "../../store/records.ts";
import { checkSessionId } from "../check-input.ts";
import type { SessionContext } from "../context.ts";
import { openSessionKey } from "../session-keys.ts";

/** What `wx.getUserInfo` and similar calls give the page, still encrypted for the server. */
export interface EncryptedData {
  /** base64, as the page got it. */
  readonly encryptedData: string;
  /** base64, as the page got it. */
  readonly iv: string;
}

/** What only the session_key opens. The session_key itself never leaves. */
export interface UserData {
  /**
   * Decrypts what the platform encrypted for the user of this session, and checks whom it was made for and when.
   * @param maxAgeMs how old it may be; default 5 minutes
   * @throws HufuError `parameter_invalid` if it does not open: then the page calls `wx.login`, signs in and asks again
   */
  decrypt(sid: SessionId, data: EncryptedData, maxAgeMs?: number): Promise<Readonly<Record<string, unknown>>>;
  /** Is the stored session_key still the platform's? */
  isSessionKeyValid(sid: SessionId): Promise<boolean>;
}

export function createUserData(context: SessionContext): UserData {
  async function found(sid: SessionId): Promise<{ facts: SessionFacts; sessionKey: string }> {
    const facts = await context.store.sessions.findForMint(checkSessionId("sid", sid));
    const sessionKey = facts === undefined ? undefined : await openSessionKey(context, facts.session);
    if (facts === undefined || sessionKey === undefined) {
      throw new HufuError("parameter_invalid", { detail: "no session_key is known for this session" });
    }
    return { facts, sessionKey };
  }

  return Object.freeze({
    async decrypt(sid: SessionId, data: EncryptedData, maxAgeMs?: number): Promise<Readonly<Record<string, unknown>>> {
      const { encryptedData, iv } = checkObject("data", data, "{ encryptedData, iv }");
      const sealed = {
        encryptedData: checkSecretText("data.encryptedData", encryptedData),
        iv: checkSecretText("data.iv", iv),
      };
      if (maxAgeMs !== undefined && !(Number.isFinite(maxAgeMs) && maxAgeMs > 0)) {
        throw mistaken("maxAgeMs", "a number of milliseconds above 0", maxAgeMs);
      }
      const { facts, sessionKey } = await found(sid);
      return decryptEncryptedData({
        sessionKey,
        ...sealed,
        appId: facts.session.app,
        now: facts.now,
        maxAgeMs,
      });
    },
    async isSessionKeyValid(sid: SessionId): Promise<boolean> {
      const { facts, sessionKey } = await found(sid);
      const { session } = facts;
      const app = await context.findApp(session.clientId);
      if (app === undefined) return false;
      return context.findPlatform(session.platform).checkSessionKey(app, session.openid, sessionKey);
    },
  });
}
