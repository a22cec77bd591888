import type { Life } from "../environment/lives.ts";
import { drawLoginFate } from "../network/call-fate.ts";
import type { NetworkProfile } from "../network/network-profile.ts";
import type { PhoneClock } from "../phone-clock.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { CallQuota } from "./call-quota.ts";
import { type Answer, type Callbacks, type Failure, type Okay, settle } from "./callbacks.ts";
import type { IssueCode } from "./code-source.ts";

export interface LoginResult {
  readonly code: string;
  readonly errMsg: string;
}

export interface LoginOptions extends Callbacks<LoginResult> {
  readonly timeout?: number;
}

/** `wx.login` and `wx.checkSession`. */
export interface WxLogin {
  login<Options extends LoginOptions = LoginOptions>(options?: Options): Answer<Options, LoginResult>;
  checkSession<Options extends Callbacks<Okay> = Callbacks<Okay>>(options?: Options): Answer<Options, Okay>;
}

/** What outlives the runs of a phone and concerns its logins. */
export interface LoginMatters {
  readonly quota: CallQuota;
  /** The platform limits `wx.checkSession` by the same rule, and counts it apart. */
  readonly checkQuota: CallQuota;
  readonly issueCode: IssueCode;
  /** Does a session_key of a code that this phone obtained live? */
  hasSession: boolean;
  /** Makes the next logins fail so; taken one at a time. */
  readonly faults: (Failure | "hangs")[];
  /** How many have begun, so that each has seeded of its own. */
  begun: number;
}

export interface LoginParts {
  readonly life: Life;
  readonly clock: PhoneClock;
  readonly seeded: SeededRandom;
  /** Codes come over the same network as everything else. */
  readonly profile: () => NetworkProfile;
  readonly matters: LoginMatters;
  /** Moments' single-page mode has nothing that concerns a login. */
  readonly isSinglePage: boolean;
}

const TOO_OFTEN = 45_009;

export function createWxLogin({ life, clock, seeded, profile, matters, isSinglePage }: LoginParts): WxLogin {
  const words = (name: string, why: string): Failure => ({ errMsg: `${name}:fail ${why}` });
  const tooOften = (name: string): Failure => ({ ...words(name, "api freq out of limit"), errno: TOO_OFTEN });

  /** Why it fails before anything has left the phone. */
  function refusalOf(name: string, quota: CallQuota): Failure | undefined {
    if (isSinglePage) return words(name, "not supported in single page mode");
    return quota.take() ? undefined : tooOften(name);
  }

  async function obtain(succeed: (result: LoginResult) => void, fail: (failure: Failure) => void): Promise<void> {
    try {
      const code = await matters.issueCode();
      matters.hasSession = true;
      succeed({ code, errMsg: "login:ok" });
    } catch (error) {
      // Not an error of the mini program: the failure of the code source is reported to the test.
      life.blame(error);
      fail(words("login", "system error"));
    }
  }

  return {
    login: <Options extends LoginOptions>(options: Options = {} as Options) =>
      settle<Options, LoginResult>(life, "login", options, (succeed, fail) => {
        matters.begun += 1;
        const { isLost, delay } = drawLoginFate(profile(), seeded.forThe("login", matters.begun));
        const { timeout } = options;
        const patience =
          timeout === undefined ? () => undefined : clock.after(timeout, () => fail(words("login", "timeout")));
        const ended = <Outcome>(tell: (outcome: Outcome) => void) => {
          return (outcome: Outcome): void => {
            patience();
            tell(outcome);
          };
        };
        clock.after(delay, () => {
          if (!life.alive) return;
          const fault = matters.faults.shift();
          if (fault === "hangs") return;
          const refusal = fault ?? refusalOf("login", matters.quota);
          if (refusal !== undefined) ended(fail)(refusal);
          else if (isLost) clock.after(profile().noticedAfter, () => ended(fail)(words("login", "")));
          else void obtain(ended(succeed), ended(fail));
        });
      }),

    checkSession: <Options extends Callbacks<Okay>>(options: Options = {} as Options) =>
      settle<Options, Okay>(life, "checkSession", options, (succeed, fail) => {
        clock.after(profile().delay[0], () => {
          if (!life.alive) return;
          const refusal = refusalOf("checkSession", matters.checkQuota);
          if (refusal !== undefined) fail(refusal);
          // Tests the session_key of the last code that this phone obtained, not the one that a server keeps.
          else if (matters.hasSession) succeed({ errMsg: "checkSession:ok" });
          else fail(words("checkSession", "session time out, need relogin"));
        });
      }),
  };
}
