import { type Meter, outcomeOf } from "../core/meter/meter.ts";

type Decide<Request, Presented, Auth> = (
  authorization: string | undefined,
  query: string,
  request: Request,
  presented?: Presented,
) => Auth | Promise<Auth>;

/** The same decision, with its refusals counted; the decision itself if the meter is off. */
export function countedAdmit<Request, Presented, Auth>(
  admit: Decide<Request, Presented, Auth>,
  meter: Meter | undefined,
): Decide<Request, Presented, Auth> {
  if (meter?.isOn !== true) return admit;
  function refused(error: unknown): never {
    meter?.count("hufu_guard_refusals_total", { reason: outcomeOf(error) });
    throw error;
  }
  return (authorization, query, request, presented) => {
    try {
      const auth = admit(authorization, query, request, presented);
      return auth instanceof Promise ? auth.catch(refused) : auth;
    } catch (error) {
      return refused(error);
    }
  };
}
