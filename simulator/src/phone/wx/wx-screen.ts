import { setImmediate } from "node:timers";
import type { Life } from "../environment/lives.ts";
import { type Answer, type Callbacks, settle } from "./callbacks.ts";

/** One thing that the mini program has shown, or a place that it went to. */
export interface ScreenEvent {
  /** The name in `wx`: `showToast`, `navigateTo`, … */
  readonly what: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a person answers: a modal's `confirm`, an action sheet's `tapIndex`. */
export type PersonAnswers = (event: ScreenEvent) => Readonly<Record<string, unknown>>;

type Said = Readonly<Record<string, unknown>> & { readonly errMsg: string };
type ScreenOptions = Callbacks<Said> & Readonly<Record<string, unknown>>;
type ScreenCall = <Options extends ScreenOptions = ScreenOptions>(options?: Options) => Answer<Options, Said>;

/** What `wx` shows and where it goes: nothing happens, all of it is noted. */
export type WxScreen = Readonly<Record<(typeof SHOWN)[number] | (typeof ROUTES)[number], ScreenCall>>;

const ROUTES = ["navigateTo", "redirectTo", "reLaunch", "switchTab", "navigateBack"] as const;
const SHOWN = [
  "showToast",
  "hideToast",
  "showLoading",
  "hideLoading",
  "showModal",
  "showActionSheet",
  "setNavigationBarTitle",
  "stopPullDownRefresh",
  "showNavigationBarLoading",
  "hideNavigationBarLoading",
] as const;

export function createWxScreen(parts: {
  readonly life: Life;
  readonly shown: ScreenEvent[];
  readonly answer: PersonAnswers;
  /** From a page within Moments there is no way to others. */
  readonly isSinglePage: boolean;
}): WxScreen {
  const { life, shown, answer, isSinglePage } = parts;
  const callOf =
    (what: string, isForbidden: boolean): ScreenCall =>
    <Options extends ScreenOptions>(options: Options = {} as Options) => {
      const { success, fail, complete, ...rest } = options;
      const event = { what, options: rest };
      if (life.alive && !isForbidden) shown.push(event);
      return settle<Options, Said>(life, what, options, (succeed, refuse) => {
        setImmediate(() => {
          if (isForbidden) refuse({ errMsg: `${what}:fail not supported in single page mode` });
          else succeed({ ...answer(event), errMsg: `${what}:ok` });
        });
      });
    };
  return Object.fromEntries([
    ...ROUTES.map((what) => [what, callOf(what, isSinglePage)]),
    ...SHOWN.map((what) => [what, callOf(what, false)]),
  ]) as WxScreen;
}
