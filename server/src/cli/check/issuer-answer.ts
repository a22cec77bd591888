/** What came back from a URL of the issuer, from this server or another program. */
export interface PublicAnswer {
  readonly status: number;
  /** Of a redirect. */
  readonly location: string | undefined;
  /** The body as JSON; `undefined` if it is none. */
  readonly object: Readonly<Record<string, unknown>> | undefined;
}

/** What is wrong with the answer to a request for the issuer's metadata; `undefined` if nothing is. */
export function faultOfAnswer(url: string, issuer: string, answer: PublicAnswer): string | undefined {
  const { status, location, object } = answer;
  if (status === 200 && object?.["issuer"] === issuer) return undefined;
  if (status === 200 && typeof object?.["issuer"] === "string") {
    return `${url} says that the issuer is ${object["issuer"]}: write the same issuer on all nodes, or mend which server the proxy sends this path to`;
  }
  if (status === 200) {
    return `${url} is answered by another program, without this server's metadata: let the proxy send the issuer's path to hufu serve`;
  }
  if (status >= 300 && status < 400) {
    return `${url} redirects to ${location ?? "nowhere"}, and clients follow no redirect: write issuer as the address that answers`;
  }
  // The refusal of a path that Hufu does not serve.
  if (object?.["reason"] === "not_found") {
    return `${url} reaches hufu serve under another path: the proxy takes the path off or changes it; forward it as it comes, or write listen.path as it arrives ("" if it is taken off)`;
  }
  if (status === 401 || status === 403) {
    return `${url} answered ${status}: something in front of hufu serve asks for credentials; let the issuer's path through`;
  }
  if (status === 404) {
    return `${url} answered 404, and not from hufu serve: let the proxy send the issuer's path to it, for the host name of issuer`;
  }
  if (status === 502 || status === 503 || status === 504) {
    return `${url} answered ${status}: the proxy has no node to send this to; start hufu serve, and check address and port in the proxy's configuration`;
  }
  return `${url} answered ${status} without metadata: let the proxy send the issuer's path to hufu serve`;
}
