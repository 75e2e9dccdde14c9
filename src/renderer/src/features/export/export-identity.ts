import type { IdentityRequest } from '../../../../engine/deidentify/identity-request.ts'
import { presetIdentity } from '../../../../core/spec/presets.ts'
import { exportTexts } from '../../texts/export.ts'

/** Options of the profile that a form can offer: those that need nothing beside them. */
export type OfferedOption = keyof typeof exportTexts.export.offeredOptions &
  IdentityRequest['options'][number]

export const offeredOptions = Object.keys(exportTexts.export.offeredOptions) as readonly OfferedOption[]

/** The choice as a form holds it. */
export interface ExportIdentity {
  readonly choice: IdentityRequest['choice']
  readonly options: readonly OfferedOption[]
  /** Path of a CSV; empty where there is none. */
  readonly pseudonyms: string
}

/** Every export begins here, whatever the last one chose. */
export const firstIdentity: ExportIdentity = { choice: presetIdentity, options: [], pseudonyms: '' }

/** Whether all that a choice needs is there. */
export function isWhole({ choice, pseudonyms }: ExportIdentity): boolean {
  return choice !== 'pseudonyms' || pseudonyms.trim() !== ''
}

/** What the engine is asked: nothing that the choice does not use. */
export function identityRequestOf({ choice, options, pseudonyms }: ExportIdentity): IdentityRequest {
  if (choice === 'keep') return { choice, options: [], keep: [] }
  const list = choice === 'pseudonyms' ? { pseudonyms: pseudonyms.trim() } : {}
  return { choice, options, keep: [], ...list }
}
