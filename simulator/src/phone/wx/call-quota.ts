import type { PhoneClock } from "../phone-clock.ts";

/** How often this user may call: at most four times a second, and so often a day. */
export interface CallQuota {
  /** Counts one; `false` if it is one too many. */
  take(): boolean;
  /** All that were asked for, refused ones included. */
  readonly asked: number;
  readonly refused: number;
  /** What this day has cost of the daily total. */
  readonly today: number;
}

const PER_SECOND = 4;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/**
 * The platform's rule for `wx.login` and `wx.checkSession`. Days are counted from when the phone was made, and by time that
 * passes: a clock that is set does not change them.
 * @param perDay the platform allows a mini program twice its page views, all users together
 * @see https://developers.weixin.qq.com/miniprogram/dev/framework/performance/api-frequency.html
 */
export function createCallQuota(clock: PhoneClock, perDay: number): CallQuota {
  const recent: number[] = [];
  let asked = 0;
  let refused = 0;
  let day = 0;
  let today = 0;
  return Object.freeze({
    take() {
      asked += 1;
      const now = clock.elapsed();
      if (Math.floor(now / DAY_MS) !== day) {
        day = Math.floor(now / DAY_MS);
        today = 0;
      }
      while (recent.length > 0 && now - (recent[0] ?? 0) >= SECOND_MS) recent.shift();
      const fine = recent.length < PER_SECOND && today < perDay;
      if (fine) {
        recent.push(now);
        today += 1;
      } else refused += 1;
      return fine;
    },
    get asked() {
      return asked;
    },
    get refused() {
      return refused;
    },
    get today() {
      return today;
    },
  });
}
