import { type Callbacks, type Failure, type Life, settle } from "./callbacks.ts";
import type { PhoneClock } from "./phone-clock.ts";

export interface LoginResult {
  readonly code: string;
  readonly errMsg: string;
}

export interface LoginOptions extends Callbacks<LoginResult> {
  readonly timeout?: number;
}

/** `wx.login` and `wx.checkSession`. */
export interface WxLogin {
  login(options?: LoginOptions): Promise<LoginResult> | undefined;
  checkSession(options?: Callbacks<{ readonly errMsg: string }>): Promise<{ readonly errMsg: string }> | undefined;
}

/** How often this user may sign in: at most four times a second, and so often in all. */
export interface LoginQuota {
  /** Counts one; `false` if it is one too many. */
  take(): boolean;
  /** All that were asked for, refused ones included. */
  readonly asked: number;
  readonly refused: number;
}

const PER_SECOND = 4;
const SECOND_MS = 1000;

/** @param most for as long as the phone is looked at; the platform allows a mini program twice its page views a day */
export function createLoginQuota(clock: PhoneClock, most: number): LoginQuota {
  const recent: number[] = [];
  let asked = 0;
  let refused = 0;
  return {
    take() {
      asked += 1;
      const now = clock.elapsed();
      while (recent.length > 0 && now - (recent[0] ?? 0) >= SECOND_MS) recent.shift();
      const fine = recent.length < PER_SECOND && asked - refused <= most;
      if (fine) recent.push(now);
      else refused += 1;
      return fine;
    },
    get asked() {
      return asked;
    },
    get refused() {
      return refused;
    },
  };
}

export interface LoginParts {
  readonly life: Life;
  readonly clock: PhoneClock;
  readonly quota: LoginQuota;
  /** A code of the platform for this phone's user. */
  readonly issueCode: () => string | Promise<string>;
  /** Milliseconds that the platform takes. */
  readonly delay: () => number;
  /** Why there is no login here at all; `undefined` = there is. */
  readonly unavailable: () => string | undefined;
  /** Makes the next logins fail so; taken one at a time. */
  readonly takeFault: () => Failure | "hangs" | undefined;
}

const TOO_OFTEN: Failure = { errMsg: "login:fail api freq out of limit", errno: 45_009 };

export function createWxLogin(parts: LoginParts): WxLogin {
  const { life, clock, quota, issueCode, delay, unavailable, takeFault } = parts;
  let lastCode = false;
  return {
    login: (options = {}) =>
      settle<LoginResult>(life, "login", options, (succeed, fail) => {
        const late = options.timeout;
        const stop =
          late === undefined ? () => undefined : clock.after(late, () => fail({ errMsg: "login:fail timeout" }));
        const end = (tell: () => void): void => {
          stop();
          tell();
        };
        clock.after(delay(), () => {
          if (!life.alive) return;
          const why = unavailable();
          const fault = takeFault();
          if (fault === "hangs") return;
          if (why !== undefined) end(() => fail({ errMsg: `login:fail ${why}` }));
          else if (fault !== undefined) end(() => fail(fault));
          else if (!quota.take()) end(() => fail(TOO_OFTEN));
          else {
            Promise.resolve()
              .then(issueCode)
              .then(
                (code) => {
                  lastCode = true;
                  end(() => succeed({ code, errMsg: "login:ok" }));
                },
                () => end(() => fail({ errMsg: "login:fail" })),
              );
          }
        });
      }),
    checkSession: (options = {}) =>
      settle(life, "checkSession", options, (succeed, fail) => {
        clock.after(delay(), () => {
          // Tests the session_key of the last code that this phone obtained, not the one that a server keeps.
          if (lastCode) succeed({ errMsg: "checkSession:ok" });
          else fail({ errMsg: "checkSession:fail session time out, need relogin" });
        });
      }),
  };
}
