// Compiled, never run: what the client calls and what the simulated phone lends must be WeChat's, by its own typings.
/// <reference types="miniprogram-api-typings" />

import type { PhoneWx } from "@hufu/simulator";
import type { Wx } from "../../client/src/runtime/wx.ts";

/** Each call that the client makes is one that WeChat's object takes. */
export const forTheClient: Wx = wx;

/** No name of the simulated phone is our invention. */
export const invented: Record<Exclude<keyof PhoneWx, keyof WechatMiniprogram.Wx>, never> = {};
