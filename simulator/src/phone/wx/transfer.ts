import type { OutgoingRequest } from "../network/http-exchange.ts";
import type { AnswerHead } from "../network/network-call.ts";
import { later, type NetworkParts, TIMEOUT_MS } from "../network/network-parts.ts";
import { createListeners } from "./call-listeners.ts";
import { type Callbacks, callBack, type Failure } from "./callbacks.ts";
import { type HeadersReceived, headersReceived } from "./wx-request.ts";

/** What every transfer may be given. */
export interface TransferOptions<Result> extends Callbacks<Result> {
  readonly url: string;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly timeout?: number;
}

/** What `wx.downloadFile` and `wx.uploadFile` answer: a task, and never a promise. */
export interface TransferTask<Progress> {
  abort(): void;
  onHeadersReceived(listener: (event: HeadersReceived) => void): void;
  offHeadersReceived(listener?: (event: HeadersReceived) => void): void;
  onProgressUpdate(listener: (event: Progress) => void): void;
  offProgressUpdate(listener?: (event: Progress) => void): void;
}

type Arrived = AnswerHead & { readonly body: Buffer };

/** What one kind of transfer sends, and what it makes of the answer. */
export interface Transfer<Result, Progress> {
  readonly request: OutgoingRequest;
  /** Told once, at the end. */
  readonly progressOf: (answer: Arrived) => Progress;
  readonly resultOf: (answer: Arrived) => Result;
}

/** @param prepare what to send to this address, or why nothing can be sent */
export function startTransfer<Result, Progress>(
  name: "downloadFile" | "uploadFile",
  { life, network, findAddress }: NetworkParts,
  options: TransferOptions<Result>,
  prepare: (url: URL) => Transfer<Result, Progress> | Failure,
): TransferTask<Progress> {
  const headers = createListeners<HeadersReceived>(life);
  const progress = createListeners<Progress>(life);
  let abort = (): void => undefined;

  callBack<Result>(life, name, options, (succeed, failNow) => {
    const fail = later(failNow);
    const url = findAddress(name, options.url);
    if (!(url instanceof URL)) return fail(url);
    const transfer = prepare(url);
    if ("errMsg" in transfer) return fail(transfer);
    abort = network.start({
      name,
      address: options.url,
      life,
      timeout: options.timeout ?? TIMEOUT_MS,
      request: transfer.request,
      headers: (head) => headers.tell(headersReceived(head)),
      arrived: (answer) => {
        progress.tell(transfer.progressOf(answer));
        succeed(transfer.resultOf(answer));
      },
      failed: fail,
    });
  });

  return {
    abort: () => abort(),
    onHeadersReceived: headers.on,
    offHeadersReceived: headers.off,
    onProgressUpdate: progress.on,
    offProgressUpdate: progress.off,
  };
}
