import { join } from 'node:path'
import type { ModelCard } from '../../core/model/card.ts'
import { besideFileNames } from '../study/beside.ts'
import { readFilesBeside, referenceFileNames, type ReferenceFiles } from './reference-files.ts'

type NamingCard = Pick<ModelCard, 'references' | 'inputs'>

/**
 * Contents of all files that a card names (references, tables, arrays), by their names relative to the card.
 * @throws RadversaryError io-failed for one that there is not; model-unreadable for one elsewhere.
 */
export async function readCardFiles(card: NamingCard, folder: string): Promise<ReferenceFiles> {
  const inputs = await besideFileNames(card, folder)
  return readFilesBeside([...referenceFileNames(card.references ?? []), ...inputs], folder)
}

/** Paths of the files and folders that a card names. */
export function cardFilePaths({ references = [], inputs = {} }: NamingCard, folder: string): string[] {
  const ofInputs = Object.values(inputs).flatMap((input) => {
    if (input.kind === 'table') return [input.file]
    return input.kind === 'arrays' ? [input.folder] : []
  })
  return [...referenceFileNames(references), ...ofInputs].map((name) => join(folder, name))
}
