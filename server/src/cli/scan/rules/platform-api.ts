import { matchesOf, type Rule } from "../rule.ts";

const SERVER_API = /https?:\/\/api\.weixin\.qq\.com\/(?:cgi-bin|sns|wxa|wxaapi|datacube|product)\b[^\s"'`]*/g;

export const platformApi: Rule = {
  id: "platform-api",
  level: "error",
  found: "The mini program calls a server API of WeChat, which needs the AppSecret or the app's access_token.",
  remedy: "Call it from the server. The domain api.weixin.qq.com cannot be a request domain of a mini program.",
  help: "https://developers.weixin.qq.com/miniprogram/dev/framework/ability/network.html",
  find: (text) => matchesOf(text, SERVER_API),
};
