import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { AcceptedProof, ProofCheck } from "../../proof/proof-check.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { TokenAnswer } from "../../session/token-answer.ts";
import { authenticateClient, requireClient, type TokenClient } from "../authentication/client-authentication.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateJson } from "../messages/answers.ts";
import type { Call } from "../messages/call.ts";
import { type Form, readForm } from "../messages/form.ts";
import { required } from "../messages/form-parameters.ts";
import { LOGIN_CODE, signInByLoginCode } from "./grants/login-code.ts";
import { REFRESH_TOKEN, refreshByToken } from "./grants/refresh-token.ts";

export const CLIENT_CREDENTIALS = "client_credentials";

/** Every grant that there is. */
export const GRANT_TYPES: readonly string[] = [LOGIN_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS];

type TokenProtocol = Pick<
  Protocol,
  "signIn" | "refresh" | "clientCredentials" | "authenticateRequest" | "findClient" | "isMiniProgram"
>;

/** `POST /oauth/token`: docs/protocol.md §3, RFC 6749 §3.2. */
export function tokenEndpoint(protocol: TokenProtocol, proofs: ProofCheck, issuer: string): Endpoint {
  const uri = `${issuer}/oauth/token`;
  return {
    path: "/oauth/token",
    refusals: "oauth",
    methods: {
      async POST(call, { caller }) {
        const form = await readForm(call);
        const grantType = knownGrantType(form);
        const asking = { call, form, caller };
        if (grantType === CLIENT_CREDENTIALS) requireClient(asking);
        const client = await authenticateClient(protocol, asking);
        const proof = call.header("dpop");
        // Without one, whether the session needs a proof is for its row to say (RFC 9449 §5).
        const accepted = proof === undefined ? undefined : await proofs.accept(proof, { method: call.method, uri });
        const answer =
          grantType === CLIENT_CREDENTIALS
            ? await ownTokenOf(protocol, client, call)
            : await tokensOfUser(protocol, grantType, miniProgramOf(client), form, caller, accepted?.proof.jkt);
        return privateJson(200, onWire(answer), nonceHeader(accepted));
      },
    },
  };
}

function nonceHeader(accepted: AcceptedProof | undefined): Readonly<Record<string, string>> {
  return accepted?.nextNonce === undefined ? {} : { "dpop-nonce": accepted.nextNonce };
}

function knownGrantType(form: Form): string {
  const grantType = required(form, "grant_type");
  if (!GRANT_TYPES.includes(grantType)) throw new HufuError("grant_unsupported");
  return grantType;
}

/** A back end is no mini program; whether a public client is one of ours, sign-in and refresh look up themselves. */
function miniProgramOf(client: TokenClient): string {
  if (client.kind === "confidential") throw new HufuError("grant_not_allowed");
  return client.id;
}

function tokensOfUser(
  protocol: TokenProtocol,
  grantType: string,
  clientId: string,
  form: Form,
  caller: Caller,
  jkt: string | undefined,
): Promise<TokenAnswer> {
  const give = grantType === REFRESH_TOKEN ? refreshByToken : signInByLoginCode;
  return give(protocol, clientId, form, { caller, jkt });
}

/** docs/protocol.md §3.3. */
async function ownTokenOf(protocol: TokenProtocol, client: TokenClient, call: Call): Promise<TokenAnswer> {
  // A back end has its secret; its tokens are not bound.
  if (call.header("dpop") !== undefined) throw new HufuError("proof_unexpected");
  if (client.kind === "confidential") return protocol.clientCredentials(client.registration);
  throw new HufuError((await protocol.isMiniProgram(client.id)) ? "grant_not_allowed" : "client_unknown");
}

/** docs/protocol.md §3.4. */
function onWire(answer: TokenAnswer): object {
  const { user } = answer;
  return {
    access_token: answer.accessToken,
    token_type: answer.tokenType,
    expires_in: answer.expiresIn,
    refresh_token: answer.refreshToken,
    refresh_token_expires_in: answer.refreshTokenExpiresIn,
    user:
      user === undefined
        ? undefined
        : { id: user.id, external_id: user.externalId, new: user.isNew, roles: user.roles },
  };
}
