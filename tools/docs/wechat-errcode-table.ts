// The table of docs/guides/wechat-errcodes.md: numbers and reasons from the code that classifies them, words from here.
import { WECHAT_ERRCODES, WECHAT_REASONS } from "../../server/src/platform/wechat/wechat-errors.ts";
import { markdownTable } from "./generated-blocks.ts";

interface Words {
  readonly meaning: string;
  readonly action: string;
}

const WORDS: Readonly<Record<number, Readonly<Record<"en" | "zh", Words>>>> = {
  [-1]: {
    en: { meaning: "WeChat is busy", action: "nothing: the client waits and tries again" },
    zh: { meaning: "微信系统繁忙", action: "不用处理：小程序端 SDK 会等待后重试" },
  },
  40001: {
    en: {
      meaning: "the app's access_token is not valid",
      action:
        "nothing at first: Hufu fetches a new one and repeats once. If it stays: another system uses `cgi-bin/token` for the same app",
    },
    zh: {
      meaning: "接口调用凭据 access_token 无效",
      action:
        "先不用处理：Hufu 会重新获取并重试一次。持续出现时，检查是否有别的系统在用 `cgi-bin/token` 获取同一个小程序的凭据",
    },
  },
  40002: {
    en: { meaning: "wrong grant_type", action: "report a bug" },
    zh: { meaning: "grant_type 不正确", action: "报告 bug" },
  },
  40003: {
    en: { meaning: "the openid is not of this app", action: "compare `appId` with the app that the openid came from" },
    zh: { meaning: "openid 不属于这个小程序", action: "核对 `appId` 与 openid 的来源" },
  },
  40013: {
    en: { meaning: "unknown appid", action: "correct `appId`" },
    zh: { meaning: "appid 无效", action: "改正 `appId`" },
  },
  40014: {
    en: { meaning: "the app's access_token is malformed", action: "as 40001" },
    zh: { meaning: "接口调用凭据 access_token 格式不对", action: "同 40001" },
  },
  40029: {
    en: {
      meaning: "the code is wrong, expired (5 minutes) or of another app",
      action: "use one `appId` in the mini program and the server; do not reuse codes",
    },
    zh: {
      meaning: "登录凭证 code 无效、已过期（5 分钟）或属于别的小程序",
      action: "小程序和服务端使用同一个 `appId`；code 不要重复使用",
    },
  },
  40125: {
    en: { meaning: "wrong AppSecret", action: "correct `appSecret`; a secret that was reset is dead" },
    zh: { meaning: "AppSecret 不正确", action: "改正 `appSecret`；重置之后旧的立即失效" },
  },
  40163: {
    en: { meaning: "the code was used before", action: "send each code once; the client does" },
    zh: { meaning: "登录凭证 code 已使用", action: "每个 code 只提交一次；小程序端 SDK 已经这样做" },
  },
  40164: {
    en: {
      meaning: "the server's address is not on the app's IP list",
      action: "add the address in WeChat's console: 开发管理 → 开发设置 → IP白名单",
    },
    zh: {
      meaning: "服务器 IP 不在白名单中",
      action: "在微信公众平台“开发管理 → 开发设置 → IP白名单”中添加服务器的出口 IP",
    },
  },
  40226: {
    en: { meaning: "WeChat calls the user high-risk and blocks the sign-in", action: "nothing; tell the user" },
    zh: { meaning: "高风险用户，登录被微信拦截", action: "不用处理，提示用户即可" },
  },
  40243: {
    en: { meaning: "the AppSecret is frozen", action: "unfreeze it in WeChat's console" },
    zh: { meaning: "AppSecret 已冻结", action: "在微信公众平台解冻" },
  },
  41002: {
    en: { meaning: "the appid is missing", action: "report a bug" },
    zh: { meaning: "缺少 appid", action: "报告 bug" },
  },
  41004: {
    en: { meaning: "the AppSecret is missing", action: "set `appSecret`" },
    zh: { meaning: "缺少 AppSecret", action: "设置 `appSecret`" },
  },
  41008: {
    en: { meaning: "the code is missing", action: "report a bug" },
    zh: { meaning: "缺少 code", action: "报告 bug" },
  },
  42001: {
    en: { meaning: "the app's access_token has expired", action: "as 40001" },
    zh: { meaning: "接口调用凭据 access_token 已过期", action: "同 40001" },
  },
  43002: {
    en: { meaning: "WeChat expects POST", action: "report a bug" },
    zh: { meaning: "需要 POST 请求", action: "报告 bug" },
  },
  45009: {
    en: { meaning: "the daily quota is used up", action: "wait for the next day, or raise the quota" },
    zh: { meaning: "当日调用次数用完", action: "等到次日，或申请提高额度" },
  },
  45011: {
    en: {
      meaning: "the quota of this minute is used up",
      action: "nothing: the client waits. If it stays, set [`signInsPerMinute`](configuration.md#apps)",
    },
    zh: {
      meaning: "本分钟调用次数用完",
      action: "不用处理：小程序端 SDK 会等待。持续出现时设置 [`signInsPerMinute`](configuration.zh-CN.md#apps)",
    },
  },
  47001: {
    en: { meaning: "the body cannot be read", action: "report a bug" },
    zh: { meaning: "请求体无法解析", action: "报告 bug" },
  },
  61003: {
    en: { meaning: "the app has not authorised this third-party platform", action: "authorise it" },
    zh: { meaning: "小程序没有授权给该第三方平台", action: "完成授权" },
  },
  87007: {
    en: { meaning: "the session_key is unknown or has expired", action: "sign in again" },
    zh: { meaning: "会话密钥 session_key 不存在或已过期", action: "重新登录" },
  },
  87008: {
    en: { meaning: "wrong sig_method", action: "report a bug" },
    zh: { meaning: "sig_method 不正确", action: "报告 bug" },
  },
  87009: {
    en: { meaning: "wrong signature, also for a session_key that was replaced", action: "sign in again" },
    zh: { meaning: "签名不正确；session_key 已被替换时也是这个码", action: "重新登录" },
  },
  89503: {
    en: {
      meaning: "an administrator of the app must confirm the server's address",
      action: "confirm the message in WeChat",
    },
    zh: { meaning: "服务器 IP 需要小程序管理员确认", action: "管理员在微信里确认收到的消息" },
  },
};

/** One row for each errcode that the code knows. @throws Error when an errcode has no words, or words have no errcode */
export function wechatErrcodeTable(chinese: boolean): string {
  const surplus = Object.keys(WORDS).filter((errcode) => !WECHAT_ERRCODES.has(Number(errcode)));
  if (surplus.length > 0) throw new Error(`wechat-errcode-table.ts: no code classifies ${surplus.join(", ")}`);
  const rows = [...WECHAT_ERRCODES].toSorted(([a], [b]) => a - b);
  const head = chinese
    ? ["errcode", "含义", "Hufu 的错误码", "你该做什么"]
    : ["errcode", "meaning", "Hufu's `reason`", "what to do"];
  return markdownTable(
    head,
    rows.map(([errcode, name]) => {
      const entry = WORDS[errcode]?.[chinese ? "zh" : "en"];
      if (entry === undefined) throw new Error(`wechat-errcode-table.ts: say what ${errcode} means`);
      return [String(errcode), entry.meaning, `\`${WECHAT_REASONS[name]}\``, entry.action];
    }),
  );
}
