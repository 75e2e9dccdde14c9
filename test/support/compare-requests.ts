import type { CompareRequest } from '../../src/engine/compare/compare-run.ts'

/** A comparison on one thread of the CPU; `changes` say what a test is about. */
export function compareRequest(
  paths: Pick<CompareRequest, 'study' | 'out' | 'home'>,
  changes: Pick<CompareRequest, 'models' | 'methods' | 'budgets'> & Partial<CompareRequest>,
): CompareRequest {
  return {
    ...paths,
    transfer: false,
    earlyStop: false,
    forceIntensity: false,
    device: 'cpu',
    threads: 1,
    seed: 0,
    batch: 4,
    ...changes,
  }
}
