import type { ServerResponse } from "node:http";
import { authorizationHeader, macHeader, proofHeader, queryOf } from "../http/authentication/credentials-in-request.ts";
import type { NodeRequest } from "../http/messages/node-call.ts";
import type { PresentedProof } from "../verify/verifier.ts";
import { type AsksForMac, needsPresented } from "./guard.ts";
import { assertUnread, rawBody } from "./node-body.ts";

/** As `Admit`, or one that lets guests through too. */
type Asking<Seen, Admitted> = AsksForMac &
  ((authorization: string | undefined, query: string, seen: Seen, presented?: () => PresentedProof) => Admitted);

/**
 * A decision about requests of `node:http`.
 * @param advice where the guard must stand, for an error text
 * @returns `seen` is what the framework has made of the request: an `owner` gets it
 */
export function nodeAdmission<Seen, Admitted>(
  admit: Asking<Seen, Admitted>,
  body: "digest" | undefined,
  advice: string,
): (request: NodeRequest, response: ServerResponse, seen: Seen) => Admitted {
  return (request, response, seen) => {
    if (body !== undefined) assertUnread(request, advice);
    const authorization = authorizationHeader(request);
    const presented = needsPresented(admit, authorization) ? () => presentedProof(request, response, body) : undefined;
    return admit(authorization, queryOf(request.url ?? ""), seen, presented);
  };
}

/** Frameworks cut off the path under which a router is mounted; the client's is kept in `originalUrl`. */
function presentedProof(request: NodeRequest, response: ServerResponse, body: "digest" | undefined): PresentedProof {
  return {
    method: request.method ?? "",
    target: request.originalUrl ?? request.url ?? "",
    proof: proofHeader(request),
    body: body === undefined ? undefined : () => rawBody(request),
    mac: macHeader(request),
    offerNonce: (nonce) => response.setHeader("dpop-nonce", nonce),
    offerMacNonce: (nonce) => response.setHeader("hufu-mac-nonce", nonce),
  };
}
