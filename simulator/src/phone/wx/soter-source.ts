import type { Http } from "../network/http-exchange.ts";
import type { CodeSource } from "./code-source.ts";

/** What this phone's hardware signs. Rejects if the source of signatures is not what it should be. */
export type SignSoter = (json: string) => Promise<string>;

interface Signer {
  signSoter(signed: { readonly appId: string; readonly user: string; readonly json: string }): string;
}

/** The simulated WeChat keeps the phones' keys; a function that gives codes alone has none. */
export function createSignSoter(
  source: CodeSource,
  whose: { readonly appId: string; readonly user: string },
  http: Http,
): SignSoter | undefined {
  if (typeof source === "function") return undefined;
  if (typeof source === "object") {
    return isSigner(source) ? async (json) => source.signSoter({ ...whose, json }) : undefined;
  }
  const base = new URL(source);
  const url = new URL(`${base.pathname.replace(/\/$/, "")}/_simulator/soter`, base);
  return async (json) => {
    const body = Buffer.from(JSON.stringify({ ...whose, json }));
    const { answer } = http.send({ url, method: "POST", headers: { "content-type": "application/json" }, body });
    const { status, body: bytes } = await answer;
    const text = bytes.toString("utf8");
    if (status !== 200) throw new Error(`the simulated WeChat answered ${status}: ${text}`);
    return String((JSON.parse(text) as { readonly signature: unknown }).signature);
  };
}

function isSigner(source: object): source is Signer {
  return "signSoter" in source;
}
