// Words that this project does not use, and what it writes instead. `check-words.ts` refuses them in every tracked text
// file and in every path; this file and the check's test are the only places that may name them.

/** One word or phrase that is refused. */
export interface RefusedWord {
  /** What is looked for. English words are found in prose and inside identifiers (`roomOf`, `front-door`), in any case. */
  readonly words: string;
  /** What to write instead. */
  readonly instead: string;
  /** Text in which the word is right, such as a platform's own term; the match must lie within it. */
  readonly unless?: RegExp;
}

/** Phrases and metaphors of English prose; a word stands for its plural and its possessive as well. */
export const ENGLISH: readonly RefusedWord[] = [
  { words: "whoever", instead: "a caller that, anyone who, or name the role" },
  { words: "whomever", instead: "name the role" },
  { words: "whatever it is that", instead: "name the thing" },
  { words: "so-manieth", instead: "the n-th" },
  { words: "there is none of", instead: "unknown, missing, or: there is no …" },
  { words: "for want of", instead: "because … is missing" },
  { words: "vouch", instead: "guarantee, confirm" },
  { words: "vouches", instead: "guarantees, confirms" },
  { words: "vouched", instead: "guaranteed, confirmed" },
  { words: "vouching", instead: "guaranteeing, confirming" },
  { words: "heed", instead: "respect, follow" },
  { words: "heeds", instead: "respects, follows" },
  { words: "heeded", instead: "respected, followed" },
  { words: "hearken", instead: "listen to, read" },
  { words: "tell of", instead: "report, name" },
  { words: "tells of", instead: "reports, names" },
  { words: "told of", instead: "reported, named" },
  { words: "hear of", instead: "get, receive, learn of, is called for" },
  { words: "hears of", instead: "gets, receives, learns of, is called for" },
  { words: "that is none", instead: "invalid, unknown, not a …" },
  { words: "that are none", instead: "invalid, unknown, not a …" },
  { words: "go on from", instead: "continue with, start from" },
  { words: "goes on from", instead: "continues with, starts from" },
  { words: "of meanwhile", instead: "concurrent" },
  { words: "made way for", instead: "was replaced by" },
  { words: "makes way for", instead: "is replaced by" },
  { words: "a fault of ours", instead: "an internal error" },
  { words: "no fifth more", instead: "at most 20 % more" },
  { words: "house", instead: "project, package, server: name the thing" },
  { words: "rooms", instead: "layers, folders: name the thing" },
  { words: "this room", instead: "this layer, this folder" },
  { words: "session room", instead: "session layer" },
  { words: "door", instead: "endpoint, router, listener" },
  { words: "neighbour", instead: "caller, dependency, other process" },
  { words: "neighbor", instead: "caller, dependency, other process" },
  { words: "dice", instead: "random, seeded random numbers" },
  { words: "weather", instead: "network conditions" },
  { words: "world", instead: "environment", unless: /\bhello,? world\b|\bworldwide\b/gi },
  { words: "thief", instead: "attacker" },
  { words: "thieves", instead: "attackers" },
];

/** Chinese: literal translations of metaphors, and terms for which the project has another one. */
export const CHINESE: readonly RefusedWord[] = [
  { words: "掉线", instead: "登录态失效" },
  { words: "登出", instead: "退出登录" },
  { words: "踢人", instead: "踢下线" },
  { words: "顶掉", instead: "顶下线" },
  { words: "被封", instead: "封禁", unless: /被封禁/g },
  { words: "作废", instead: "吊销" },
  { words: "收回", instead: "吊销" },
  { words: "应答", instead: "响应" },
  { words: "答复", instead: "响应" },
  { words: "回音", instead: "响应" },
  { words: "兑换", instead: "换取" },
  { words: "校验方", instead: "校验器" },
  { words: "频率限制", instead: "限频（微信）、限流（本服务）" },
  { words: "限额", instead: "限频（微信）、限流（本服务）" },
  { words: "被两方使用", instead: "重复使用" },
  { words: "露馅", instead: "重复使用" },
  { words: "小偷", instead: "盗用" },
  { words: "作保", instead: "确认" },
  { words: "寿命", instead: "有效期" },
  { words: "模拟的微信", instead: "模拟微信" },
  { words: "模拟器", instead: "模拟微信", unless: /(?:开发者)?工具(?:的|里的|中的|自带的)?模拟器/g },
  { words: "更新的身份确认", instead: "二次验证" },
  { words: "机器可读词", instead: "错误码" },
  { words: "一切偶然", instead: "随机种子" },
  { words: "片刻", instead: "写出时间，如“约 1 秒”" },
  { words: "没了声音", instead: "收不到心跳" },
  { words: "其余都是乘法", instead: "其余为线性推算" },
  { words: "已被管理员下线", instead: "账号已被强制下线，请重新登录" },
];
