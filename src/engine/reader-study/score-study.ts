import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError, reasonOf } from '../../core/errors.ts'
import {
  type ArmContrast,
  confidenceScale,
  type ReaderAnswer,
  readerScores,
} from '../../core/evaluate/reader-scores.ts'
import { csvRows } from '../labels/csv-rows.ts'
import { readerKey, type ReaderKey } from './reader-key.ts'

export interface ReaderReport {
  readonly reader: string
  readonly answers: number
  /** Images of the study that the reader has not judged. */
  readonly unanswered: number
  readonly contrasts: readonly ArmContrast[]
}

export interface StudyScores {
  readonly study: string
  readonly images: number
  readonly readers: readonly ReaderReport[]
}

/**
 * Scores the answers of a reader study: accuracy and AUC by reader, with intervals.
 * @param key the study's key.json
 * @param files CSVs with the columns `study`, `reader`, `image` and `confidence`, as the study's page saves
 * them
 * @throws RadversaryError io-failed, verification-failed for a key that is none; usage for answers that are
 * not of this study, naming file and line
 */
export async function scoreStudy(key: string, files: readonly string[]): Promise<StudyScores> {
  const known = await readJson(key, readerKey, toRestore)
  const readers = new Map<string, Map<string, ReaderAnswer>>()
  for (const file of files)
    for (const [index, row] of (await rowsOf(file)).entries())
      addAnswer(readers, row, { known, file, line: index + 2 })
  const reports = [...readers].map(([reader, answers]) => ({
    reader,
    answers: answers.size,
    unanswered: known.images.length - answers.size,
    contrasts: readerScores([...answers.values()]),
  }))
  return { study: known.study, images: known.images.length, readers: reports }
}

type Row = Partial<Record<string, string>>

interface Place {
  readonly known: ReaderKey
  readonly file: string
  readonly line: number
}

function addAnswer(readers: Map<string, Map<string, ReaderAnswer>>, row: Row, place: Place): void {
  const { study, reader = '', image = '', confidence = '' } = row
  const fault = (expected: string) =>
    new RadversaryError('usage', `Answers: expected ${expected} in line ${place.line}, got another`, {
      file: place.file,
      tip: 'Give the CSVs that the page of this study has saved, with the key of the same study.',
    })
  if (study !== place.known.study) throw fault(`the study ${place.known.study}`)
  const found = place.known.images.find(({ name }) => name === image)
  if (found === undefined) throw fault('an image of the study')
  const level = Number(confidence)
  const { lowest, highest } = confidenceScale
  if (!Number.isInteger(level) || level < lowest || level > highest)
    throw fault(`a confidence of ${lowest} to ${highest}`)
  if (reader === '') throw fault('a reader')
  const answers = readers.get(reader) ?? new Map<string, ReaderAnswer>()
  if (answers.has(image)) throw fault('each image once by each reader')
  readers.set(reader, answers.set(image, { arm: found.arm, confidence: level }))
}

async function rowsOf(file: string): Promise<Row[]> {
  const text = new TextDecoder().decode(await readBytes({ path: file }))
  return csvRows(text, (cause) => {
    const message = `Answers: expected comma-separated values, got: ${reasonOf(cause)}`
    return new RadversaryError('usage', message, { file })
  })
}
