import { decimal, noNumber, percent } from '../../../../core/number-texts.ts'
import type { Headline } from '../../../../core/evaluate/headline.ts'
import type { AttackSummary } from '../../../../core/evaluate/summary.ts'
import { texts } from '../../texts.ts'
import { changeText } from './result-rows.ts'

/** One number of a run as it is shown. */
export interface MetricText {
  readonly name: string
  readonly value: string
  readonly note?: string | undefined
}

/** What is said of a run that is done; intensities are in the model's window. */
export function metricTexts(summary: AttackSummary): MetricText[] {
  const { meanConfidenceBefore, meanConfidenceAfter, window, stored } = summary
  return [
    fooledMetric(summary),
    ...(meanConfidenceBefore === null
      ? []
      : [
          {
            name: texts.results.confidence,
            value: `${percent(meanConfidenceBefore)} → ${percent(meanConfidenceAfter)}`,
          },
        ]),
    ...detectionTexts(summary),
    { name: texts.results.largest, value: percent(window.largestLinf) },
    { name: texts.results.psnr, value: decimal(window.meanPsnr, 1, ' dB') },
    { name: texts.results.ssim, value: decimal(window.meanSsim, 4) },
    { name: texts.results.changed, value: percent(stored.meanChangedFraction) },
  ]
}

function detectionTexts({ detections }: AttackSummary): MetricText[] {
  if (detections === undefined) return []
  const { before, after } = detections
  return [
    {
      name: texts.results.meanAveragePrecision,
      value: changeText(before.meanAveragePrecision, after.meanAveragePrecision, 3),
    },
    {
      name: texts.results.recall,
      value: changeText(before.recall, after.recall, 3),
      note: texts.results.ofBoxes(before.boxes),
    },
    {
      name: texts.results.falsePositives,
      value: changeText(before.falsePositivesPerImage, after.falsePositivesPerImage, 2),
    },
  ]
}

/** The headline: what was fooled of what was right before, with its interval; what was wrong apart. */
export function fooledMetric({ fooled, metBefore, slices }: Headline): MetricText {
  const { successes, count, rate, lower, upper } = fooled
  const notes = [
    ...(rate === null ? [] : [texts.results.interval(percent(rate), percent(lower), percent(upper))]),
    ...(metBefore === 0 ? [] : [texts.results.wrongBefore(metBefore, slices)]),
  ]
  return {
    name: texts.results.fooled,
    value: rate === null ? noNumber : texts.results.fooledOf(successes, count),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  }
}
