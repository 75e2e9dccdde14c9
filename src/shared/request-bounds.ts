/**
 * Bounds on what a page may ask of the engine: the page's client keeps to them, the engine refuses the rest.
 */
export const requestBounds = {
  /** Calls of procedures in one request. */
  callsInBatch: 32,
  /** Calls, streams and frames that are answered at the same time. */
  openCalls: 128,
  /** Characters of a URL: a path of 4,096 bytes fits, percent-encoded. */
  urlLength: 14_000,
  /** Bytes of a body: a region's mask for a large mammogram is about 25 million of base64. */
  bodyBytes: 64_000_000,
} as const
