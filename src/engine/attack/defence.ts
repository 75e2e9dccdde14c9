import type { Notice } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { defenceReportOf, defenceSentence, type DefenceReport } from '../../core/model/defence-report.ts'
import type { AttackSpec } from '../../core/spec/attack-spec.ts'
import type { OpenedModel } from '../models/open-model.ts'
import type { JobHooks } from '../progress.ts'
import type { ConfiguredMethod } from './method-settings.ts'

type AskedOfDefences = Pick<AttackSpec, 'eot' | 'oblivious'>

/**
 * How a method takes the defences of a model, or of an ensemble's, for records; undefined where there is
 * none.
 */
export function defenceOf(
  { entry: { access } }: Pick<ConfiguredMethod, 'entry'>,
  cards: readonly ModelCard[],
  { eot, oblivious }: AskedOfDefences,
): DefenceReport | undefined {
  const steps = cards.flatMap(({ defence = [] }) => defence)
  return defenceReportOf({ defence: steps.length === 0 ? undefined : steps }, { access, eot, oblivious })
}

/** The cards of a model, or of all members of an ensemble. */
export function cardsOf({ card, ensemble }: Pick<OpenedModel, 'card' | 'ensemble'>): readonly ModelCard[] {
  return [card, ...(ensemble?.others ?? []).map((other) => other.card)]
}

/** Says where a field of defences changes nothing. */
export function noticeIdleFields(
  cards: readonly ModelCard[],
  { eot, oblivious }: AskedOfDefences,
  { onNotice }: JobHooks,
): void {
  if (cards.some(({ defence }) => defence !== undefined)) return
  const idle = [...(eot === undefined ? [] : ['--eot']), ...(oblivious === true ? ['--oblivious'] : [])]
  for (const flag of idle) onNotice?.(`The model’s card has no defence: ${flag} changes nothing.`)
}

/** What a record says of a defended model, in words. */
export function defenceNotices(report: DefenceReport | undefined): Notice[] {
  if (report === undefined || report.seen === 'none') return []
  return [
    {
      message: `The model is defended by ${defenceSentence(report)}`,
      tip:
        report.seen === 'adaptive'
          ? 'Compare with a black box (square), which no wrong gradient can mislead.'
          : 'Robustness is what is left after an attack that sees the defence.',
    },
  ]
}
