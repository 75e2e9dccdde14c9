import { mkdir, readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { writeFileAtomically } from '../../adapters/fs/atomic-write.ts'
import { isPortableName } from '../../adapters/fs/file-names.ts'
import { errorCode, ioError } from '../../adapters/fs/io-error.ts'
import { readBeside } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { isFile, modelFileName, modelsFolder, tfjsFileName } from './home.ts'
import { cardBeside, openModel, type ModelReference, type OpenedModel } from './open-model.ts'
import type { ModelFile } from './read-model.ts'
import { readCardFiles } from './card-files.ts'
import type { ReferenceFiles } from './reference-files.ts'
import { convertedFileName } from './tfjs-model-file.ts'

const cardFileName = 'card.json'

/** The names of the models that were added. @throws RadversaryError io-failed. */
export async function listModels(home: string): Promise<string[]> {
  try {
    const names = (await readdir(modelsFolder(home))).sort()
    const whole = await Promise.all(names.map((name) => isFile(join(modelsFolder(home), name, cardFileName))))
    return names.filter((_, index) => whole[index])
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return []
    throw ioError('List models', modelsFolder(home), cause)
  }
}

/** A model that is to be kept. */
export interface ModelToAdd extends ModelReference {
  /** Names that other models have, beside those that were added. */
  readonly taken?: readonly string[] | undefined
}

/**
 * Copies a model, the weights beside it, its whole card and the references that it names into the user's
 * folder, under the card's name.
 * @throws RadversaryError as `openModel`; export-conflict when another model has this name; usage for a name
 * that can't be a folder's.
 */
export async function addModel(reference: ModelToAdd): Promise<OpenedModel> {
  const opened = await openModel(reference)
  const { name } = opened.card
  if (!/^[\w][\w.-]*$/.test(name) || !isPortableName(name))
    throw new RadversaryError(
      'usage',
      `Model: expected a name of letters, digits, '.', '_' and '-', got '${name}'`,
      {
        tip: 'Give another name in the model card; Windows reserves CON, NUL, COM1 and the like, and no name ends with a dot.',
      },
    )
  const folder = join(modelsFolder(reference.home), name)
  if (reference.taken?.includes(name) === true) throw nameTaken(name)
  if (await isFile(join(folder, cardFileName))) throw nameTaken(name, folder)
  await writeModel(folder, opened)
  return opened
}

/** A model whose card is to lie beside its file. */
export interface CardToSave extends ModelReference {
  /** Whether a card that lies there may be replaced. */
  readonly replace: boolean
}

/**
 * Writes a model's whole card beside its file, and from where the card was the references and tables that it
 * names. @returns the card's path. @throws RadversaryError as `openModel`; export-conflict when a card lies
 * there that is not to be replaced, or another file of such a name; usage for an added model that would get
 * another name.
 */
export async function saveCardBeside({ replace, ...reference }: CardToSave): Promise<string> {
  const opened = await openModel(reference)
  const { path, card } = opened
  const folder = dirname(path)
  const isStored = dirname(folder) === modelsFolder(reference.home)
  if (isStored && card.name !== basename(folder)) throw otherName(card.name, basename(folder))
  const there = await cardBeside(path)
  if (there !== undefined && !replace) throw cardThere(there)
  const target = there ?? `${path.replace(/\.[^./\\]+$/, '')}.card.json`
  if (resolve(opened.folder) !== resolve(folder))
    await copyFiles(await readCardFiles(card, opened.folder), folder)
  await writeStored(target, cardBytes(card, basename(path)))
  return target
}

/** All or none: a file that lies there and is another is left alone. */
async function copyFiles(files: ReferenceFiles, folder: string): Promise<void> {
  const missing: [path: string, content: Uint8Array][] = []
  for (const [name, content] of files) {
    const there = await readBeside(folder, name)
    if (there === undefined) missing.push([join(folder, name), content])
    else if (!Buffer.from(there).equals(content)) throw otherFile(join(folder, name))
  }
  for (const [path, content] of missing) await writeStored(path, content)
}

function otherFile(file: string): RadversaryError {
  return new RadversaryError(
    'export-conflict',
    'Model card: expected a file that it names not to lie beside the model, got another one of this name',
    { file, tip: 'Keep the model in the workspace, or move that file.' },
  )
}

function otherName(name: string, stored: string): RadversaryError {
  return new RadversaryError(
    'usage',
    `Model: expected the name ${stored}, which it has in the workspace, got ${name}`,
    {
      tip: 'Keep the name, or add the model anew under the other one.',
    },
  )
}

function cardThere(file: string): RadversaryError {
  return new RadversaryError('export-conflict', 'Model card: expected none beside the model, got one', {
    file,
    tip: 'Say that it may be replaced, or keep the model in the workspace.',
  })
}

/** Error about a model whose name is another's: that of the folder, or without one of the sample. */
export function nameTaken(name: string, folder?: string): RadversaryError {
  const remedy = folder === undefined ? '' : ', or remove that folder'
  return new RadversaryError('export-conflict', `Model: expected a new name, got ${name}, which there is`, {
    file: folder,
    tip: `Give another name in the model card${remedy}.`,
  })
}

/** The card last: while it is absent, there is no model of this name. */
async function writeModel(folder: string, opened: OpenedModel): Promise<void> {
  const named = await readCardFiles(opened.card, opened.folder)
  const [name, files] = storedFiles(opened)
  const all = {
    ...Object.fromEntries(named),
    ...files,
    [cardFileName]: cardBytes(opened.card, name),
  }
  for (const [path, content] of Object.entries(all)) await writeStored(join(folder, path), content)
}

/**
 * The model's own name in its folder, and everything that is kept. A TensorFlow.js model stays what it is,
 * with what it became.
 */
function storedFiles({
  bytes,
  externalData,
  tfjs,
}: OpenedModel): [name: string, files: Record<string, Uint8Array>] {
  if (tfjs === undefined) return [modelFileName, { ...externalData, [modelFileName]: bytes }]
  const converted = bytes.length === 0 ? {} : { [convertedFileName]: bytes }
  return [tfjsFileName, { ...tfjs.contents, ...converted }]
}

async function writeStored(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw ioError('Add model', path, cause)
  })
  await writeFileAtomically(path, content, { replace: true })
}

function cardBytes(card: OpenedModel['card'], file: string): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ ...card, file }, null, 2)}\n`)
}

/** The added model with this hash; undefined when there is none. */
export async function findByHash(home: string, sha256: string): Promise<ModelFile | undefined> {
  for (const name of await listModels(home)) {
    const opened = await openModel({ model: name, home })
    if (opened.sha256 === sha256) return opened
  }
  return undefined
}
