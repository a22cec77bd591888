import { type Callbacks, type Life, settle } from "./callbacks.ts";

/** One thing that the mini program has shown, or a place that it went to. */
export interface ScreenEvent {
  /** The name in `wx`: `showToast`, `navigateTo`, … */
  readonly what: string;
  readonly options: Readonly<Record<string, unknown>>;
}

type Shown = Callbacks<Record<string, unknown>> & Readonly<Record<string, unknown>>;

/** What `wx` shows and where it goes: nothing happens, all of it is noted. */
export type WxScreen = Readonly<Record<(typeof SHOWN)[number], (options?: Shown) => unknown>>;

const SHOWN = [
  "showToast",
  "hideToast",
  "showLoading",
  "hideLoading",
  "showModal",
  "showActionSheet",
  "navigateTo",
  "redirectTo",
  "reLaunch",
  "switchTab",
  "navigateBack",
  "setNavigationBarTitle",
  "stopPullDownRefresh",
  "showNavigationBarLoading",
  "hideNavigationBarLoading",
] as const;

/** @param answer what a person answers to a question: a modal's `confirm`, an action sheet's `tapIndex` */
export function createWxScreen(
  life: Life,
  shown: ScreenEvent[],
  answer: (event: ScreenEvent) => Readonly<Record<string, unknown>>,
): WxScreen {
  const entries = SHOWN.map((what) => {
    const call = (options: Shown = {}): unknown => {
      const { success, fail, complete, ...rest } = options;
      const event = { what, options: rest };
      shown.push(event);
      return settle<Record<string, unknown>>(
        life,
        what,
        { success, fail, complete } as Callbacks<Record<string, unknown>>,
        (succeed) => {
          setImmediate(() => succeed({ ...answer(event), errMsg: `${what}:ok` }));
        },
      );
    };
    return [what, call] as const;
  });
  return Object.fromEntries(entries) as WxScreen;
}
