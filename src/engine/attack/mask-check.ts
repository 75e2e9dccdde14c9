import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { differingFraction, type Mask } from '../../core/model/mask.ts'
import { fromRuns } from '../../core/model/mask-runs.ts'
import type { FrameReport } from './image-result.ts'
import { maskReport } from './mask-report.ts'

/** Pixels between two classes may fall to the other one where sums are made in another order. */
const largestDifference = 1e-3

type RecordedMasks = Pick<FrameReport, 'segments' | 'masks'>

/**
 * That the recorded masks are those that the recorded measures are of, and that the adversarial one is predicted again.
 * @throws RadversaryError verification-failed
 */
export function checkMasks(card: ModelCard, { segments, masks }: RecordedMasks, predicted: Mask | undefined, file: string): void {
  if (segments === undefined || masks === undefined || predicted === undefined) return
  const [label, before, after] = [masks.label, masks.before, masks.after].map(fromRuns)
  const again = maskReport(card, { label, before, after }, segments.distanceUnit === 'mm' ? segments.spacing : undefined)
  if (JSON.stringify(again.segments) !== JSON.stringify(segments))
    throw mismatch('Dice, IoU and HD95 of the recorded masks', 'others', file)
  const differing = after === undefined ? 1 : differingFraction(after, predicted)
  if (differing > largestDifference)
    throw mismatch('the mask that was recorded', `one that differs in ${(100 * differing).toFixed(2)} % of its values`, file)
}

function mismatch(expected: string, got: string, file: string): RadversaryError {
  return new RadversaryError('verification-failed', `Export: expected ${expected}, got ${got}`, {
    file,
    tip: 'Verify on the device that the record names; if it happens again, repeat the attack.',
  })
}
