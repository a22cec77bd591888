import { HufuError } from "../../core/errors/errors.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { StepUpProof } from "../../session/step-up/step-up.ts";
import type { JsonObject } from "../../token/strict-json.ts";
import { type Checker, signedInUser } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateJson } from "../messages/answers.ts";
import { readJson, textMember } from "../messages/json-body.ts";

const CODE_MOST = 512;

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

function readProof(body: JsonObject): StepUpProof {
  const factor = textMember(body, "factor", CODE_MOST);
  if (factor === "platform") return { factor, code: textMember(body, "code", CODE_MOST) };
  throw new HufuError("parameter_invalid", { parameter: "factor" });
}
