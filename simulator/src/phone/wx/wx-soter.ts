import type { Life } from "../environment/lives.ts";
import type { PhoneClock } from "../phone-clock.ts";
import { type Answer, type Callbacks, settle } from "./callbacks.ts";
import type { SignSoter } from "./soter-source.ts";

/** How this phone can recognise its owner. */
export type SoterMode = "fingerPrint" | "facial";

export interface SoterSupport {
  readonly supportMode: readonly SoterMode[];
  readonly errMsg: string;
}

export interface SoterEnrolled {
  readonly isEnrolled: boolean;
  readonly errMsg: string;
}

export interface SoterResult {
  readonly authMode: SoterMode;
  /** What the secure hardware has put together; `raw` in it is the challenge. */
  readonly resultJSON: string;
  readonly resultJSONSignature: string;
  readonly errCode: number;
  readonly errMsg: string;
}

export interface EnrolledOptions extends Callbacks<SoterEnrolled> {
  readonly checkAuthMode: SoterMode;
}

export interface SoterOptions extends Callbacks<SoterResult> {
  readonly requestAuthModes: readonly SoterMode[];
  readonly challenge: string;
  readonly authContent?: string;
}

/** `wx.startSoterAuthentication` and what goes before it. */
export interface WxSoter {
  checkIsSupportSoterAuthentication<Options extends Callbacks<SoterSupport> = Callbacks<SoterSupport>>(
    options?: Options,
  ): Answer<Options, SoterSupport>;
  checkIsSoterEnrolledInDevice<Options extends EnrolledOptions>(options: Options): Answer<Options, SoterEnrolled>;
  startSoterAuthentication<Options extends SoterOptions>(options: Options): Answer<Options, SoterResult>;
}

/** What outlives the runs of a phone. */
export interface SoterMatters {
  readonly modes: readonly SoterMode[];
  readonly sign: SignSoter | undefined;
  /** The hardware counts its signatures. */
  counter: number;
}

const NOT_SUPPORTED = 90_001;

/** The person at this phone is its owner, and always confirms. */
export function createWxSoter(life: Life, clock: PhoneClock, matters: SoterMatters): WxSoter {
  const supported = matters.sign === undefined ? [] : matters.modes;
  const soon = (run: () => void): void => void clock.after(0, run);

  return {
    checkIsSupportSoterAuthentication: <Options extends Callbacks<SoterSupport>>(options: Options = {} as Options) =>
      settle<Options, SoterSupport>(life, "checkIsSupportSoterAuthentication", options, (succeed) =>
        soon(() => succeed({ supportMode: supported, errMsg: "checkIsSupportSoterAuthentication:ok" })),
      ),
    checkIsSoterEnrolledInDevice: <Options extends EnrolledOptions>(options: Options) =>
      settle<Options, SoterEnrolled>(life, "checkIsSoterEnrolledInDevice", options, (succeed) =>
        soon(() =>
          succeed({
            isEnrolled: supported.includes(options.checkAuthMode),
            errMsg: "checkIsSoterEnrolledInDevice:ok",
          }),
        ),
      ),
    startSoterAuthentication: <Options extends SoterOptions>(options: Options) =>
      settle<Options, SoterResult>(life, "startSoterAuthentication", options, (succeed, fail) => {
        const authMode = options.requestAuthModes.find((mode) => supported.includes(mode));
        const { sign } = matters;
        if (authMode === undefined || sign === undefined) {
          return soon(() => fail({ errMsg: "startSoterAuthentication:fail not support", errno: NOT_SUPPORTED }));
        }
        matters.counter += 1;
        const sensor = authMode === "fingerPrint" ? { fp_n: "simulated sensor", fp_v: "1" } : {};
        const resultJSON = JSON.stringify({
          raw: options.challenge,
          counter: matters.counter,
          tee_n: "simulated TEE",
          tee_v: "1",
          ...sensor,
          cpu_id: "simulated",
          uid: "0",
        });
        const errMsg = "startSoterAuthentication:ok";
        sign(resultJSON).then(
          (resultJSONSignature) => succeed({ authMode, resultJSON, resultJSONSignature, errCode: 0, errMsg }),
          (error: unknown) => {
            // Not an error of the mini program: the failure of the signature source is reported to the test.
            life.blame(error);
            fail({ errMsg: "startSoterAuthentication:fail system error" });
          },
        );
      }),
  };
}
