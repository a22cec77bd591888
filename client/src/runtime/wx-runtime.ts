import { textOf } from "./platform-answer.ts";
import type { AppInfo, CallKind, DeviceType, Environment, Runtime } from "./runtime.ts";
import type { DeviceInfo, Wx } from "./wx.ts";

declare function setTimeout(run: () => void, ms: number): number;
declare function clearTimeout(timer: number): void;
declare const console: { log(line: string): void };

/** The scene of Moments' single-page mode, which has no login. */
const SINGLE_PAGE = 1154;
const RANDOM_BYTES = 16;
const PC = /^(windows|mac)$/;
const PAD = /ipad|\bpad|tablet/i;
const NOTHING_STORED = /data not found/i;
/** Characters that a device's name must not have on the wire, or that would only confuse a list. */
const UNPRINTABLE = /[^ -~\u3000-\ud7ff]/g;

/** WeChat's mini programs, from base library 2.2.1 on. */
export function createWxRuntime(wx: Wx): Runtime {
  const starts: Record<CallKind, (options: object) => ReturnType<Wx["request"]>> = {
    request: (options) => wx.request(options),
    upload: (options) => wx.uploadFile(options),
    download: (options) => wx.downloadFile(options),
  };

  function get(key: string, encrypt: boolean): Promise<string | undefined> {
    return ask((success, fail) => {
      wx.getStorage({
        key,
        encrypt,
        success: (found) => success(textOf(member(found, "data")) || undefined),
        fail: (failure) =>
          NOTHING_STORED.test(String(member(failure, "errMsg"))) ? success(undefined) : fail(failure),
      });
    });
  }

  function set(key: string, data: string, encrypt: boolean): Promise<void> {
    return ask((success, fail) => wx.setStorage({ key, data, encrypt, success: () => success(), fail }));
  }

  /** Calls the file system with a file of the user's folder. @throws where the platform has none */
  function file(name: "readFile" | "writeFile", key: string, data: string): Promise<string> {
    return ask((success, fail) => {
      const manager = wx.getFileSystemManager?.();
      const call = manager?.[name];
      const folder = wx.env?.USER_DATA_PATH;
      if (!manager || !call || !folder) return fail(undefined);
      call.call(manager, {
        filePath: `${folder}/${encodeURIComponent(key).replace(/%/g, "_").slice(-200)}`,
        data,
        encoding: "utf8",
        success: (found) => success(textOf(member(found, "data"))),
        fail,
      });
    });
  }

  return {
    app: appInfoOf(wx),
    login: (timeout) =>
      ask((success, fail) => {
        wx.login({
          timeout,
          success: (result) => {
            const code = textOf(member(result, "code"));
            if (code) success(code);
            else fail(result);
          },
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
      // Written plainly, by a platform that could not encrypt then. What opens neither way may do so in a moment.
      const plain = await get(key, false);
      if (failure && plain && plain.charAt(0) !== "{") throw failure;
      return plain;
    },
    write: (key, text) => set(key, text, true).catch(() => set(key, text, false)),
    marked: (key) => file("readFile", key, "").catch(() => get(key, false).then((text) => text || "")),
    mark: (key, text) =>
      file("writeFile", key, text).then(
        () => undefined,
        () => set(key, text, false),
      ),
    random: () =>
      ask((success, fail) => {
        if (!wx.getRandomValues) return fail(undefined);
        wx.getRandomValues({
          length: RANDOM_BYTES,
          success: (made) => success(new Uint8Array(member(made, "randomValues") as ArrayBuffer)),
          fail,
        });
      }),
    onShow(run) {
      if (wx.onAppShow) wx.onAppShow(run);
    },
    onHide(run) {
      // Without the other event the foreground would never be noticed.
      if (wx.onAppShow && wx.onAppHide) wx.onAppHide(run);
    },
    now: () => Date.now(),
    later(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    print: (line) => console.log(line),
  };
}

/** One asynchronous call of the platform. A throw inside a callback would be lost, so it rejects too. */
function ask<Value>(call: (success: (value: Value) => void, fail: (failure: unknown) => void) => void): Promise<Value> {
  return new Promise<Value>((resolve, reject) => call(resolve, reject));
}

function member(value: unknown, name: string): unknown {
  return (Object(value) as Record<string, unknown>)[name];
}

function appInfoOf(wx: Wx): AppInfo {
  const account = member(
    attempt(() => wx.getAccountInfoSync()),
    "miniProgram",
  );
  const device = attempt(() => deviceOf(wx));
  const launch = attempt(() => wx.getLaunchOptionsSync());
  const platform = textOf(member(device, "platform"));
  const model = textOf(member(device, "model"));
  return {
    appId: textOf(member(account, "appId")),
    environment: environmentOf(member(account, "envVersion")),
    deviceType: deviceTypeOf(platform, model),
    deviceName: model.replace(UNPRINTABLE, "").slice(0, 64) || undefined,
    isPreview: member(launch, "scene") === SINGLE_PAGE,
  };
}

/** A platform that does not answer such a question must not stop the app. */
function attempt<Value>(question: () => Value): Value | undefined {
  try {
    return question();
  } catch (_) {
    return undefined;
  }
}

function deviceOf(wx: Wx): DeviceInfo | undefined {
  if (wx.getDeviceInfo) return wx.getDeviceInfo();
  return wx.getSystemInfoSync();
}

/** Before base library 2.10 the platform does not say; then it is what users have. */
function environmentOf(version: unknown): Environment {
  return version === "develop" || version === "trial" ? version : "release";
}

function deviceTypeOf(platform: string, model: string): DeviceType {
  if (platform === "devtools") return "devtools";
  if (PC.test(platform)) return "pc";
  if (PAD.test(model)) return "pad";
  return platform === "ios" || platform === "android" || platform.indexOf("ohos") === 0 ? "phone" : "other";
}
