import type { Rule } from "../rule.ts";
import { appSecret } from "./app-secret.ts";
import { bareOpenid } from "./bare-openid.ts";
import { hardCodedToken } from "./hard-coded-token.ts";
import { platformApi } from "./platform-api.ts";
import { privateKey } from "./private-key.ts";
import { sessionKey } from "./session-key.ts";
import { tokenInAddress } from "./token-in-address.ts";

export const RULES: readonly Rule[] = [
  appSecret,
  privateKey,
  hardCodedToken,
  sessionKey,
  platformApi,
  bareOpenid,
  tokenInAddress,
];
