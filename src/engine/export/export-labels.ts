import type { TakenSettings } from '../../core/spec/attack-spec.ts'
import { settingText } from '../attack/method-settings.ts'
import type { ExportLabels } from './export-image.ts'

/** What a run's files say of it. */
interface LabelledRun {
  readonly exportId: string
  /** The method's. */
  readonly title: string
  readonly settings: TakenSettings
  readonly seed: number
  /** SHA-256 of its file, of an ensemble of all. */
  readonly model: { readonly name: string; readonly hashes: readonly string[] }
  readonly version: string
}

/** What every file of a run says of where it comes from. */
export function exportLabels({ exportId, title, settings, seed, model, version }: LabelledRun): ExportLabels {
  const taken = Object.entries(settings).map(([name, value]) => `${name}=${settingText(value)}`)
  const by = [model.name, ...model.hashes.map((hash) => `sha256:${hash}`)].join(' ')
  const software = `Radversary ${version}`
  return {
    exportId,
    method: title,
    description: `${title} (${taken.join(', ')}); model ${by}; seed ${seed}; ${software}`,
    softwareVersion: version,
    model: `Model ${by}; ${software}`,
  }
}
