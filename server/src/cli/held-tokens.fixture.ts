import { until } from "../core/until.fixture.ts";
import { type Hufu, HufuError } from "../hufu/index.ts";
import type { MaintainedHufu } from "./maintained-hufu.fixture.ts";

/** What a phone holds after a sign-in. */
export interface Held {
  readonly access: string;
  readonly refresh: string;
  readonly sub: string;
  readonly sid: string;
}

/** @param deviceId default: a phone that does not say which it is */
export async function signedIn(
  hufu: Hufu,
  { platform }: Pick<MaintainedHufu, "platform">,
  user: string,
  clientId = "wx-demo",
  deviceId?: string,
): Promise<Held> {
  const code = platform.issueCode({ user, appId: clientId });
  const { accessToken: access, refreshToken: refresh = "" } = await hufu.protocol.signIn({
    clientId,
    code,
    deviceType: "phone",
    ...(deviceId === undefined ? {} : { deviceId }),
  });
  const { sub, sid } = JSON.parse(Buffer.from(access.split(".")[1] ?? "", "base64url").toString());
  return { access, refresh, sub, sid };
}

/** What a running server says of a user's tokens, as soon as it has read what there is to read. */
export async function fate(hufu: Hufu, { access, refresh }: Held): Promise<string> {
  const refused = await refusalOf(() => hufu.protocol.refresh({ clientId: "wx-demo", refreshToken: refresh }));
  if (refused === undefined) return "lives";
  return `${refused}, ${await refusalOfAccess(hufu, access)}`;
}

/** The refusal of an access token, once the server knows of it. */
export async function refusalOfAccess(hufu: Hufu, access: string): Promise<string> {
  let said: string | undefined;
  await until(async () => {
    said = await refusalOf(() => hufu.verifier.check(`Bearer ${access}`));
    return said !== undefined;
  });
  return said ?? "";
}

export async function refusalOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof HufuError)) throw error;
    return error.why === undefined ? error.reason : `${error.reason} ${error.why}`;
  }
}
