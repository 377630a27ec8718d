/**
 * Files from the network: requests to addresses that are checked, redirects, retries, and one name for each
 * way to fail.
 */
export { makeResolver, type Resolver } from "./addresses.ts";
export {
  ask,
  type Client,
  follow,
  type HttpResponse,
  makeClient,
  parseUrl,
  type ResponseHead,
  USER_AGENT,
  wholeBody,
} from "./client.ts";
export {
  isLocal,
  isTransient,
  reasonOfStatus,
  REQUEST_FAILURES,
  RequestFailure,
  type RequestFailureReason,
} from "./failure.ts";
export { retryAfterMs, type RetrySettings, withinTime, withRetries } from "./retry.ts";
