import type { CallKind, DeviceType, Environment, Place, Runtime } from "./runtime.ts";
import type { DeviceInfo, Wx } from "./wx.ts";

declare function setTimeout(run: () => void, ms: number): number;
declare function clearTimeout(timer: number): void;
declare const console: { log(line: string): void };

const LOGIN_MS = 10_000;
/** Moments' single-page mode, where there is no login. */
const SINGLE_PAGE = 1154;
const RANDOM_BYTES = 16;
const PC = /^(windows|mac)$/;
const PAD = /ipad|\bpad|tablet/i;
const NOTHING_THERE = /data not found/i;
/** What a device's name may not have on the wire, or would only confuse a list. */
const UNPRINTABLE = /[^ -~\u00a1-\u1fff\u3000-\ud7ff]/g;

/** WeChat's mini programs, from base library 2.2.1 on. */
export function createWxRuntime(wx: Wx): Runtime {
  const starts: Record<CallKind, (options: object) => ReturnType<Wx["request"]>> = {
    request: (options) => wx.request(options),
    upload: (options) => wx.uploadFile(options),
    download: (options) => wx.downloadFile(options),
  };

  function get(key: string, encrypt: boolean): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      wx.getStorage({
        key,
        encrypt,
        success: ({ data }) => resolve(typeof data === "string" ? data : undefined),
        fail: (failure) => (NOTHING_THERE.test(failure.errMsg) ? resolve(undefined) : reject(failure)),
      });
    });
  }

  function set(key: string, data: string, encrypt: boolean): Promise<void> {
    return new Promise((success, fail) => {
      wx.setStorage({ key, data, encrypt, success: () => success(), fail });
    });
  }

  return {
    place: placeOf(wx),
    login: () =>
      new Promise((resolve, fail) => {
        wx.login({
          timeout: LOGIN_MS,
          success: ({ code, errMsg }) => (code ? resolve(code) : fail({ errMsg })),
          fail,
        });
      }),
    start: (kind, call) => starts[kind](call),
    async read(key) {
      let failure: unknown;
      const text = await get(key, true).catch((error) => {
        failure = error;
      });
      if (text && text.charAt(0) === "{") return text;
      // Written plainly, by a platform that could not encrypt then; what does not open either way may do so in a moment.
      const plain = await get(key, false);
      if (failure && plain && plain.charAt(0) !== "{") throw failure;
      return plain;
    },
    write: (key, text) => set(key, text, true).catch(() => set(key, text, false)),
    random: () =>
      new Promise((resolve) => {
        const made = (byteAt: (place: number) => number): void => {
          let hex = "";
          for (let place = 0; place < RANDOM_BYTES; place += 1) hex += (256 + byteAt(place)).toString(16).slice(1);
          resolve(hex);
        };
        // These words keep two questions apart; no secret hangs on them.
        const simple = (): void => made(() => Math.floor(Math.random() * 256));
        if (wx.getRandomValues === undefined) return simple();
        wx.getRandomValues({
          length: RANDOM_BYTES,
          success: ({ randomValues }) => {
            const bytes = new Uint8Array(randomValues);
            made((place) => bytes[place] || 0);
          },
          fail: simple,
        });
      }),
    onShow(run) {
      if (wx.onAppShow !== undefined) wx.onAppShow(run);
    },
    now: () => Date.now(),
    later(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    print: (line) => console.log(line),
  };
}

function placeOf(wx: Wx): Place {
  const account = attempt(() => wx.getAccountInfoSync?.().miniProgram);
  const { platform = "", model = "" } = attempt(() => deviceOf(wx)) || {};
  const launch = attempt(() => wx.getLaunchOptionsSync?.());
  return {
    appId: account?.appId || "",
    environment: environmentOf(account?.envVersion),
    deviceType: deviceTypeOf(platform, model),
    deviceName: model.replace(UNPRINTABLE, "").slice(0, 64) || undefined,
    isPreview: launch !== undefined && launch.scene === SINGLE_PAGE,
  };
}

/** A platform that does not answer such a question must not stop the app. */
function attempt<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch (_) {
    return undefined;
  }
}

function deviceOf(wx: Wx): DeviceInfo | undefined {
  if (wx.getDeviceInfo !== undefined) return wx.getDeviceInfo();
  return wx.getSystemInfoSync?.();
}

/** Before base library 2.10 the platform does not tell; then it is what users have. */
function environmentOf(version: string | undefined): Environment {
  return version === "develop" || version === "trial" ? version : "release";
}

function deviceTypeOf(platform: string, model: string): DeviceType {
  if (platform === "devtools") return "devtools";
  if (PC.test(platform)) return "pc";
  if (PAD.test(model)) return "pad";
  return platform === "ios" || platform === "android" || platform.indexOf("ohos") === 0 ? "phone" : "other";
}
