import { noNumber } from '../../../../core/number-texts.ts'
import type { AttackRecord, RecordedImage } from '../../../../engine/export/record.ts'
import { texts } from '../../texts.ts'
import { presetText, settingLabel } from '../attack/setting-text.ts'
import { metricTexts } from '../results/metric-texts.ts'

/** One line of a comparison of two runs. */
export interface ComparedRow {
  readonly name: string
  readonly values: readonly [string, string]
  readonly differs: boolean
}

/** What the two runs were asked for: everything that a run's record has of it. */
export function settingRows(a: AttackRecord, b: AttackRecord): ComparedRow[] {
  const [one, other] = [settingsOf(a), settingsOf(b)]
  const names = [...new Set([...one.keys(), ...other.keys()])]
  return names.map((name) => row(name, one.get(name) ?? noNumber, other.get(name) ?? noNumber))
}

/** What came of it. */
export function outcomeRows(a: AttackRecord, b: AttackRecord): ComparedRow[] {
  const [one, other] = [a, b].map(
    ({ summary }) => new Map(metricTexts(summary).map(({ name, value }) => [name, value])),
  )
  const names = [...new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])])]
  return names.map((name) => row(name, one?.get(name) ?? noNumber, other?.get(name) ?? noNumber))
}

export interface FooledTogether {
  readonly both: number
  readonly onlyFirst: number
  readonly onlySecond: number
  readonly neither: number
}

/** Counts the slices that both runs attacked, of those that were right before either. */
export function fooledTogether(a: AttackRecord, b: AttackRecord): FooledTogether {
  const others = new Map(b.images.flatMap(successes))
  const shared = a.images.flatMap(successes).flatMap(([slice, first]) => {
    const second = others.get(slice)
    return second === undefined ? [] : [[first, second] as const]
  })
  const count = (first: boolean, second: boolean) =>
    shared.filter((pair) => pair[0] === first && pair[1] === second).length
  return {
    both: count(true, true),
    onlyFirst: count(true, false),
    onlySecond: count(false, true),
    neither: count(false, false),
  }
}

function successes({ sopInstanceUid, frames }: RecordedImage): [string, boolean][] {
  return frames.flatMap(({ success, metBefore }, frame): [string, boolean][] =>
    metBefore ? [] : [[`${sopInstanceUid}/${frame}`, success]],
  )
}

function settingsOf({ attack, model, device, labels }: AttackRecord): Map<string, string> {
  const { compared } = texts.runs
  return new Map([
    [compared.method, attack.title],
    [compared.model, `${model.file} (${model.sha256.slice(0, 8)}…)`],
    ...Object.entries(attack.settings).map(([name, value]): [string, string] => [
      settingLabel(name),
      presetText(value),
    ]),
    [compared.goal, attack.target === null ? texts.attack.untargeted : texts.attack.towards(attack.target)],
    [compared.labels, compared.labelsFrom[labels]],
    [compared.region, attack.region === null ? compared.wholeImage : attack.region.slice(0, 8)],
    [compared.earlyStop, attack.earlyStop ? texts.attack.yes : texts.attack.no],
    [compared.seed, String(attack.seed)],
    [compared.device, texts.device.on(device.name, device.threads)],
  ])
}

function row(name: string, first: string, second: string): ComparedRow {
  return { name, values: [first, second], differs: first !== second }
}
