import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, ioError } from '../../adapters/fs/io-error.ts'
import { readBeside, requireBeside } from '../../adapters/fs/read-file.ts'
import type { Instance } from '../../core/dicom/instance.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { BesideImages } from '../../core/model/beside.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { besideNames, numbersOf, type FurtherInput } from '../../core/model/further-inputs.ts'
import type { TensorFacts } from '../../core/model/model-facts.ts'
import { inDeclaredShape } from '../../core/autodiff/beside-inputs.ts'
import { readNpy, tensorFromNpy } from '../../core/tensor/npy.ts'
import { tensor, type Tensor } from '../../core/tensor/tensor.ts'
import { hashOf } from '../labels/hash.ts'
import { labelRows, namesAmong } from '../labels/label-rows.ts'
import { attributeOf, attributeValues, type AttributeValues } from './attribute-values.ts'

/** A frame whose values are wanted. */
export interface BesideFrame {
  /** The image's, in the study. */
  readonly name: string
  readonly sopInstanceUid: string
  /** Read where an attribute is asked for. */
  readonly instance: () => Promise<Instance>
  /** Counts from 0. */
  readonly index: number
}

/** Where the values of a graph's inputs beside the image come from. */
export interface BesideSource {
  /** SHA-256 of all tables and arrays that hold some; attributes are the images' own. */
  readonly sha256: () => Promise<string>
  /**
   * Values of one frame, [1, …] each. @throws RadversaryError labels-invalid where the image lacks one, or
   * has one that can't be read or doesn't fit; io-failed.
   */
  of(frame: BesideFrame): Promise<BesideImages>
}

/** The files in which a card's inputs have their values, and the images that may be asked for. */
interface BesideFiles {
  readonly folder: string
  readonly names: readonly string[]
  /** The graph's inputs: what a value is brought to. */
  readonly inputs: readonly TensorFacts[]
}

type PerImage = Exclude<FurtherInput, { readonly kind: 'constant' }>
/** Values of a frame as they were found; undefined where there are none. */
type Finder = (frame: BesideFrame) => Promise<AttributeValues | Tensor | undefined>

/** An input beside the image, and how its values are found. */
interface FoundInput {
  readonly name: string
  readonly input: PerImage
  /** What the graph declares; null where it doesn't. */
  readonly shape: TensorFacts['shape'] | null
  readonly find: Finder
}

/**
 * Undefined for a card whose inputs are all constant. @param names of the study's images @throws
 * RadversaryError card-invalid for an attribute that there is not; io-failed, labels-invalid.
 */
export async function openBeside(
  { inputs = {} }: Pick<ModelCard, 'inputs'>,
  files: BesideFiles,
): Promise<BesideSource | undefined> {
  if (besideNames(inputs).length === 0) return undefined
  const found: FoundInput[] = []
  for (const [name, input] of Object.entries(inputs)) {
    if (input.kind === 'constant') continue
    const shape = files.inputs.find((each) => each.name === name)?.shape ?? null
    found.push({ name, input, shape, find: await finderOf(input, files) })
  }
  return {
    sha256: () => hashBeside({ inputs }, files.folder),
    of: async (frame) => {
      const values = found.map(async (each) => [each.name, await valueOf(each, frame)] as const)
      return Object.fromEntries(await Promise.all(values))
    },
  }
}

async function valueOf({ name, input, shape, find }: FoundInput, frame: BesideFrame): Promise<Tensor> {
  try {
    const found = (await find(frame)) ?? defaultOf(input) ?? missing(name, input, frame)
    const numbers = 'data' in found ? found : numbersIn(found, name, input, frame)
    return standardised(input, inDeclaredShape({ name, shape }, numbers))
  } catch (error) {
    throw error instanceof RadversaryError && error.code === 'tensor-invalid' ? ofImage(error, frame) : error
  }
}

/** A fault of one image's values as one of the image, which is left out, as where a value is missing. */
function ofImage({ message, tip, file, cause }: RadversaryError, { name }: BesideFrame): RadversaryError {
  const said = file === undefined ? message : `${file}: ${message}`
  return new RadversaryError('labels-invalid', said, { tip, file: name, cause })
}

function finderOf(input: PerImage, files: BesideFiles): Promise<Finder> | Finder {
  switch (input.kind) {
    case 'attribute':
      return attributeFinder(input.attribute)
    case 'table':
      return tableFinder(input, files)
    case 'arrays':
      return arrayFinder(input.folder, files)
  }
}

function attributeFinder(keyword: string): Finder {
  const attribute = attributeOf(keyword)
  if (attribute === undefined)
    throw new RadversaryError('card-invalid', `Model card: inputs: there is no DICOM attribute ${keyword}`, {
      tip: 'Give the keyword that PS3.6 has, such as PatientAge, PatientSex or PixelSpacing.',
    })
  return async ({ instance, index }) => attributeValues(await instance(), attribute, index)
}

async function tableFinder(
  { file, column }: Extract<FurtherInput, { readonly kind: 'table' }>,
  { folder, names }: BesideFiles,
): Promise<Finder> {
  const path = join(folder, file)
  const bytes = await requireBeside(folder, file)
  const tip = 'Name each image in a column "file" or "SOPInstanceUID".'
  const wanted = { file: path, what: 'Inputs', columns: [column], tip } as const
  const rows = labelRows(new TextDecoder().decode(bytes), wanted)
  const by = (key: string) => new Map(rows.flatMap((row) => (row[key] ? [[row[key], row[column]]] : [])))
  const [byUid, byFile] = [by('SOPInstanceUID'), by('file')]
  const namesOf = namesAmong(names)
  return ({ name, sopInstanceUid }) => {
    const cells = [byUid.get(sopInstanceUid), ...namesOf(name).map((each) => byFile.get(each))]
    const cell = cells.find((each) => each !== undefined && each !== '')
    return Promise.resolve(cell === undefined ? undefined : [cell])
  }
}

function arrayFinder(arrays: string, { folder, names }: BesideFiles): Finder {
  const namesOf = namesAmong(names)
  return async ({ name, sopInstanceUid }) => {
    const withoutEnd = namesOf(name).map((each) => each.replace(/\.[^./]+$/, ''))
    for (const candidate of [sopInstanceUid, ...namesOf(name), ...withoutEnd]) {
      const file = `${arrays}/${candidate}.npy`
      const bytes = await readBeside(folder, file)
      if (bytes === undefined) continue
      const { shape, data } = tensorFromNpy(readNpy(bytes, file), file)
      return tensor([1, ...shape], data)
    }
    return undefined
  }
}

function defaultOf(input: PerImage): AttributeValues | undefined {
  return input.default === undefined ? undefined : numbersOf(input.default)
}

/** Texts as the card has them in numbers. */
function numbersIn(
  values: AttributeValues,
  name: string,
  input: PerImage,
  frame: Pick<BesideFrame, 'name'>,
): Tensor {
  const table = 'values' in input ? input.values : undefined
  const numbers = values.map((value) => table?.[String(value)] ?? Number(value))
  if (!numbers.every(Number.isFinite))
    throw lacking(
      name,
      frame,
      'expected a number',
      `Add what stands there to inputs.${name}.values of the model card.`,
    )
  return tensor([1, numbers.length], Float32Array.from(numbers))
}

function standardised({ mean = 0, std = 1 }: PerImage, { shape, data }: Tensor): Tensor {
  return { shape, data: data.map((value) => (value - mean) / std) }
}

function missing(name: string, input: PerImage, frame: BesideFrame): never {
  throw lacking(
    name,
    frame,
    `expected a value in ${sourceOf(input)}`,
    `Add it, or give inputs.${name}.default in the model card.`,
  )
}

function sourceOf(input: PerImage): string {
  switch (input.kind) {
    case 'attribute':
      return input.attribute
    case 'table':
      return `${input.file}, column ${input.column}`
    case 'arrays':
      return `${input.folder}/`
  }
}

function lacking(
  name: string,
  { name: file }: Pick<BesideFrame, 'name'>,
  expected: string,
  tip: string,
): RadversaryError {
  return new RadversaryError(
    'labels-invalid',
    `Model input '${name}': ${expected}, got none for this image`,
    {
      file,
      tip,
    },
  )
}

/** SHA-256 of the names and contents of all files in which a card's inputs have values. @throws io-failed */
export async function hashBeside(card: Pick<ModelCard, 'inputs'>, folder: string): Promise<string> {
  const text = new TextEncoder()
  const parts: Uint8Array[] = []
  for (const name of (await besideFileNames(card, folder)).sort())
    parts.push(text.encode(`${name} ${hashOf([await requireBeside(folder, name)])}`))
  return hashOf(parts)
}

/** Names of the files in which a card's inputs have values, relative to the card. @throws io-failed */
export async function besideFileNames(
  { inputs = {} }: Pick<ModelCard, 'inputs'>,
  folder: string,
): Promise<string[]> {
  const names = Object.values(inputs).map(async (input) => {
    if (input.kind === 'table') return [input.file]
    if (input.kind !== 'arrays') return []
    const found = await readdir(join(folder, input.folder), { recursive: true }).catch((cause: unknown) => {
      if (errorCode(cause) === 'ENOENT') return []
      throw ioError('Read', join(folder, input.folder), cause)
    })
    return found
      .filter((name) => name.endsWith('.npy'))
      .map((name) => `${input.folder}/${name.replaceAll('\\', '/')}`)
  })
  return (await Promise.all(names)).flat()
}
