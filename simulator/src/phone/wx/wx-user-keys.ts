import type { Life } from "../environment/lives.ts";
import type { NetworkProfile } from "../network/network-profile.ts";
import type { PhoneClock } from "../phone-clock.ts";
import { type Callbacks, callBack } from "./callbacks.ts";
import type { FetchUserKey, UserKey } from "./user-key-source.ts";

export interface UserKeyResult extends UserKey {
  readonly errMsg: string;
}

/** What `wx.getUserCryptoManager` answers. Its calls give no promise. */
export interface UserCryptoManager {
  getLatestUserKey(options?: Callbacks<UserKeyResult>): void;
}

/** `wx.getUserCryptoManager`, from base library 2.17.3 on. */
export interface WxUserKeys {
  getUserCryptoManager(): UserCryptoManager;
}

export interface UserKeyParts {
  readonly life: Life;
  readonly clock: PhoneClock;
  /** The key comes over the same network as everything else. */
  readonly profile: () => NetworkProfile;
  readonly fetchKey: FetchUserKey | undefined;
}

const NAME = "getLatestUserKey";

export function createWxUserKeys({ life, clock, profile, fetchKey }: UserKeyParts): WxUserKeys {
  const manager: UserCryptoManager = {
    getLatestUserKey: (options = {}) =>
      callBack<UserKeyResult>(life, NAME, options, (succeed, fail) => {
        clock.after(profile().delay[0], () => {
          if (!life.alive) return;
          if (profile().type === "none") return fail({ errMsg: `${NAME}:fail network error` });
          if (fetchKey === undefined) return fail({ errMsg: `${NAME}:fail system error` });
          fetchKey().then(
            (key) => succeed({ ...key, errMsg: `${NAME}:ok` }),
            (error: unknown) => {
              // Not an error of the mini program: the failure of the key source is reported to the test.
              life.blame(error);
              fail({ errMsg: `${NAME}:fail system error` });
            },
          );
        });
      }),
  };
  return { getUserCryptoManager: () => manager };
}
