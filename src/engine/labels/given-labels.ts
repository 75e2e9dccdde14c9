import { readBytes } from '../../adapters/fs/read-file.ts'
import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { Mask } from '../../core/image/mask.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { FrameLabel } from '../../core/tasks/answers.ts'
import { checkFrames, type ImageLabel, type LabelRow } from '../../core/tasks/labels.ts'
import type { LabelRules } from '../../core/tasks/rules.ts'
import type { Task } from '../../core/tasks/outputs.ts'
import { answersForStacks, rulesOf } from '../../core/tasks/tasks.ts'
import { imageStacks, sliceRuns } from '../study/image-groups.ts'
import type { StudyFrame } from '../study/load-image.ts'
import type { Study, StudyImage } from '../study/open-study.ts'
import { namesAmong, labelRows } from './label-rows.ts'
import type { MaskSource } from './mask-source.ts'
import { openMasks } from './open-masks.ts'

/** What a user says of a study's images. */
export interface GivenLabels {
  /** SHA-256 of masks; undefined of a table, whose labels are `given` one by one. */
  readonly sha256: string | undefined
  /** What is said of an image, for the id of a run. */
  given(image: StudyImage): unknown
  /** @throws RadversaryError labels-invalid for a mask that is damaged or doesn't fit. */
  find(frame: StudyFrame): Promise<FrameLabel | undefined>
  /** @throws RadversaryError labels-invalid for an image that has none. */
  of(frame: StudyFrame): Promise<FrameLabel>
}

/** Labels that were read, before the study was. */
export interface ReadLabels {
  /**
   * @throws RadversaryError labels-invalid where they are of none of its images, or of frames that one
   * hasn't.
   */
  forStudy(study: Study, images: readonly StudyImage[]): GivenLabels
}

/**
 * Reads a labels file, or opens masks, as a model's task has them. @throws RadversaryError labels-invalid,
 * io-failed.
 */
export async function readLabels(file: string, card: ModelCard): Promise<ReadLabels> {
  const { labels } = rulesOf(card.task)
  if (labels.kind === 'masks') {
    const masks = maskLabels(await openMasks(file, labels.headOf(card)), labels, card)
    return { forStudy: () => masks }
  }
  const table = parseLabels(new TextDecoder().decode(await readBytes({ path: file })), file, labels, card)
  const ofStacks = answersForStacks(card)
  return { forStudy: (study, images) => tableLabels({ file, table, rules: labels, ofStacks }, study, images) }
}

interface ReadTable {
  readonly file: string
  readonly table: LabelTable
  readonly rules: TableRules
  /** Whether all slices of a stack have one label, that of any of them. */
  readonly ofStacks: boolean
}

function tableLabels(
  { file, table, rules, ofStacks }: ReadTable,
  study: Study,
  images: readonly StudyImage[],
): GivenLabels {
  const find = finder(study, table)
  // The whole study is asked: the chosen images of a detection may well have no boxes.
  if (study.images.every((image) => find(image) === undefined)) throw noLabels(file, table.count)
  const labelOf = (image: StudyImage) => find(image) ?? rules.absent
  for (const image of images) checkFrames(labelOf(image) ?? {}, image.header.numberOfFrames)
  const ofFrame = ({ image, index }: LabelledSlice) => labelOf(image)?.of(index)
  const of = ofStacks ? oneForAll(study, ofFrame) : ofFrame
  return {
    sha256: undefined,
    given: (image) => labelOf(image)?.given,
    find: async (frame) => Promise.resolve(of(frame)),
    of: async (frame) => {
      const label = await Promise.resolve(of(frame))
      if (label === undefined) throw unlabelled()
      return label
    },
  }
}

type LabelledSlice = Pick<StudyFrame, 'image' | 'index'>

/**
 * The label that slices of a frame's stack have, each or some of them. @throws RadversaryError labels-invalid
 * where they differ.
 */
function oneForAll(
  { images }: Study,
  labelOf: (slice: LabelledSlice) => FrameLabel | undefined,
): typeof labelOf {
  const runs = new Map(images.map((image) => [image, new Map<number, readonly LabelledSlice[]>()]))
  for (const run of imageStacks(images).flatMap(runsOf))
    for (const { image, index } of run) runs.get(image)?.set(index, run)
  const known = new Map<readonly LabelledSlice[], readonly FrameLabel[]>()
  return (slice) => {
    const run = runs.get(slice.image)?.get(slice.index) ?? [slice]
    const labels = known.get(run) ?? distinct(run.flatMap((each) => labelOf(each) ?? []))
    known.set(run, labels)
    if (labels.length > 1) throw severalLabels(labels.length)
    return labels[0]
  }
}

/** Neighbouring slices of a stack, or of the stacks that its one image's frames make. */
function runsOf(stack: readonly StudyImage[]): LabelledSlice[][] {
  const slices = stack.flatMap((image) =>
    image.header.frameStacks.flatMap(({ frames }) => frames.map((index) => ({ image, index }))),
  )
  return sliceRuns(slices).map((run) => run.map((at) => entry(slices, at)))
}

function distinct(labels: readonly FrameLabel[]): FrameLabel[] {
  return [...new Map(labels.map((label) => [JSON.stringify(label), label])).values()]
}

function severalLabels(count: number): RadversaryError {
  return new RadversaryError(
    'labels-invalid',
    `labels: expected one for all slices of a volume, got ${count} different ones`,
    { tip: 'The model says one thing of a whole stack: label one of its slices, or all alike.' },
  )
}

/** By an image's path in the study or, where no other image has it, a shorter name. */
function finder({ images }: Study, table: LabelTable): (image: StudyImage) => ImageLabel | undefined {
  const namesOf = namesAmong(images.map(({ name }) => name))
  return ({ name, sopInstanceUid }) => {
    const labels = namesOf(name).map((fileName) => table.find({ fileName, sopInstanceUid }))
    return labels.find((label) => label !== undefined)
  }
}

function maskLabels(
  source: MaskSource,
  rules: Extract<LabelRules<Task>, { readonly kind: 'masks' }>,
  card: ModelCard,
): GivenLabels {
  return {
    sha256: source.sha256,
    given: () => undefined,
    find: async (frame) => {
      const mask = await findMask(source, frame)
      return mask && rules.of(card, mask)
    },
    of: async (frame) => rules.of(card, await maskOfFrame(source, frame)),
  }
}

/** @throws RadversaryError labels-invalid where the source has none, or one that doesn't fit. */
export async function maskOfFrame(source: MaskSource, frame: StudyFrame): Promise<Mask> {
  const mask = await findMask(source, frame)
  if (mask !== undefined) return mask
  throw new RadversaryError(
    'labels-invalid',
    'Masks: expected a mask for every image, got none for this one',
    {
      tip: 'Name its PNG as the image (01.png for 01.dcm), or give a DICOM SEG that refers to its SOP Instance UID.',
    },
  )
}

/** Where series are a model's channels, any of them may have the mask of a slice; its own comes first. */
async function findMask(source: MaskSource, { image, index, pixels }: StudyFrame): Promise<Mask | undefined> {
  const { rows, columns } = pixels.frame
  const place = framesInOrder(image).indexOf(index)
  for (const each of [image, ...(image.sameSlice ?? [])]) {
    const { name, sopInstanceUid, header } = each
    const on = { index: entry(framesInOrder(each), place), frames: header.numberOfFrames, rows, columns }
    const mask = await source.find({ name, sopInstanceUid, ...on })
    if (mask !== undefined) return mask
  }
  return undefined
}

function framesInOrder({ header }: StudyImage): readonly number[] {
  return header.frameStacks.flatMap(({ frames }) => frames)
}

function unlabelled(): RadversaryError {
  return new RadversaryError(
    'labels-invalid',
    'labels: expected a label for every image, got none for this one',
    { tip: 'Add a line for it to the labels file.' },
  )
}

function noLabels(file: string, count: number): RadversaryError {
  return new RadversaryError('labels-invalid', `labels: expected the study's images, got ${count} others`, {
    file,
    tip: 'Names in the column `file` are relative to the study; SOPInstanceUID is surer.',
  })
}

/** How an image is looked up in a labels file. */
interface NamedImage {
  readonly fileName: string
  readonly sopInstanceUid: string
}

/** A labels file that was read. */
interface LabelTable {
  /** Lines. */
  readonly count: number
  find(image: NamedImage): ImageLabel | undefined
}

/** Rules of tasks whose labels are lines of a CSV. */
type TableRules = Extract<LabelRules<Task>, { readonly kind: 'table' }>

/**
 * Labels of a CSV with the columns `file` or `SOPInstanceUID`, and those of the task. Throws
 * `labels-invalid`, naming the file and the line.
 */
export function parseLabels(csv: string, file: string, rules: TableRules, card: ModelCard): LabelTable {
  const { columns, tip } = rules
  const rows = labelRows(csv, { file, what: 'labels', columns, tip }).map((values, index): LabelRow => ({
    values,
    file,
    line: index + 2,
  }))
  const byFile = labelsBy('file', rows, rules, card)
  const byUid = labelsBy('SOPInstanceUID', rows, rules, card)
  return {
    count: rows.length,
    find: ({ fileName, sopInstanceUid }) => byUid.get(sopInstanceUid) ?? byFile.get(fileName),
  }
}

function labelsBy(
  column: string,
  rows: readonly LabelRow[],
  rules: TableRules,
  card: ModelCard,
): Map<string, ImageLabel> {
  const lines = new Map<string, LabelRow[]>()
  for (const row of rows) {
    const name = row.values[column]
    if (name) lines.set(name, [...(lines.get(name) ?? []), row])
  }
  return new Map([...lines].map(([name, own]) => [name, rules.read(own, card)]))
}
