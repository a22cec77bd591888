import { HufuError } from "../../core/errors/errors.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { StepUpProof } from "../../session/step-up/step-up.ts";
import type { JsonObject } from "../../token/jws/strict-json.ts";
import { type Checker, signedInUser } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateJson } from "../messages/answers.ts";
import { readJson, textMember } from "../messages/json-body.ts";

export const WORD_MOST = 512;
export const OPERATION_MOST = 128;
/** What a phone signs is below 1 KiB, and its signature below 512 bytes of base64. */
export const SIGNED_MOST = 4096;

/** `POST /me/step-up`: docs/protocol.md §8. */
export function stepUpEndpoint(protocol: Pick<Protocol, "stepUp">, verifier: Checker): Endpoint {
  return {
    path: "/me/step-up",
    refusals: "guard",
    methods: {
      async POST(call, { caller }) {
        const self = await signedInUser(verifier, call);
        const proof = readProof(await readJson(call));
        const { accessToken, tokenType, expiresIn } = await protocol.stepUp(self, { ...proof, caller });
        return privateJson(200, { access_token: accessToken, token_type: tokenType, expires_in: expiresIn });
      },
    },
  };
}

/** `POST /me/step-up/challenge`: docs/protocol.md §8. */
export function stepUpChallengeEndpoint(protocol: Pick<Protocol, "challengeStepUp">, verifier: Checker): Endpoint {
  return {
    path: "/me/step-up/challenge",
    refusals: "guard",
    methods: {
      async POST(call) {
        const self = await signedInUser(verifier, call);
        const body = await readJson(call);
        if (textMember(body, "factor", WORD_MOST) !== "soter") throw wrongFactor();
        const operation = textMember(body, "operation", OPERATION_MOST);
        const { challenge, expiresIn } = await protocol.challengeStepUp(self, operation);
        return privateJson(200, { challenge, expires_in: expiresIn });
      },
    },
  };
}

function readProof(body: JsonObject): StepUpProof {
  const factor = textMember(body, "factor", WORD_MOST);
  if (factor === "platform") return { factor, code: textMember(body, "code", WORD_MOST) };
  if (factor !== "soter") throw wrongFactor();
  return {
    factor,
    challenge: textMember(body, "challenge", WORD_MOST),
    jsonString: textMember(body, "json_string", SIGNED_MOST),
    jsonSignature: textMember(body, "json_signature", SIGNED_MOST),
    operation: body["operation"] === undefined ? undefined : textMember(body, "operation", OPERATION_MOST),
  };
}

function wrongFactor(): HufuError {
  return new HufuError("parameter_invalid", { parameter: "factor" });
}
