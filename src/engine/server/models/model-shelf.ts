import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileExists } from '../../../adapters/fs/atomic-write.ts'
import { ioError } from '../../../adapters/fs/io-error.ts'
import { RadversaryError } from '../../../core/errors.ts'
import type { ModelCard } from '../../../core/model/card.ts'
import type { TensorFacts } from '../../../core/model/model-facts.ts'
import { modelFileName, modelsFolder, storedModelFile } from '../../models/home.ts'
import { addModel, listModels } from '../../models/model-store.ts'
import { cardBeside, openModel, type OpenedModel } from '../../models/open-model.ts'
import type { EngineError } from '../../../shared/engine-error.ts'
import { engineError } from '../engine-error.ts'
import type { Resources } from '../resources.ts'

/** A model and its card, without the bytes. */
export interface ModelInfo {
  /** What other requests name it by. */
  readonly name: string
  /** `file`: named by its path. */
  readonly source: 'sample' | 'added' | 'file'
  readonly path: string
  readonly sha256: string
  readonly bytes: number
  readonly card: ModelCard
  /** Fields of the card that were read off the file. */
  readonly proposed: readonly string[]
  /** Sentences: how a TensorFlow.js model is run. */
  readonly notices: readonly string[]
  readonly inputs: readonly TensorFacts[]
  readonly outputs: readonly TensorFacts[]
}

/** A model that is listed but can't be used, and why. */
export interface BrokenModel {
  readonly name: string
  readonly source: ModelInfo['source']
  readonly path: string
  readonly error: EngineError
}

/** The models at hand: the sample's and those that the user added. */
export interface ModelShelf {
  list(): Promise<{ readonly models: readonly ModelInfo[]; readonly broken: readonly BrokenModel[] }>
  add(model: string, card: string | undefined): Promise<ModelInfo>
  /** @throws RadversaryError usage for a name that there isn't; as `openModel`. */
  show(name: string): Promise<ModelInfo>
  /** The file of a model by name; a path stays as it is. */
  pathOf(name: string): Promise<string>
}

interface Place {
  readonly name: string
  readonly source: ModelInfo['source']
  readonly path: string
}

export function createModelShelf(home: string, resources: Resources): ModelShelf {
  const known = new Map<string, Promise<ModelInfo>>()
  const stored = async (name: string): Promise<Place> => {
    const folder = join(modelsFolder(home), name)
    return { name, source: 'added', path: (await storedModelFile(folder)) ?? join(folder, modelFileName) }
  }
  const places = async (): Promise<Place[]> => {
    const samples = await resources.sampleModels()
    const added = await listModels(home)
    return [
      ...samples.map((path) => ({ name: basename(path, '.onnx'), source: 'sample' as const, path })),
      ...(await Promise.all(added.map(stored))),
    ]
  }
  /** Hashing a large file takes seconds, so it is done once for the same file and card. */
  const infoOf = async (place: Place): Promise<ModelInfo> => {
    const files = [place.path, await cardBeside(place.path)]
    const key = (await Promise.all(files.map(versionOf))).join()
    const info = known.get(key) ?? openModel({ model: place.path, home }).then((opened) => modelInfo(place, opened))
    known.set(key, info)
    info.catch(() => known.delete(key))
    return info
  }
  const placeOf = async (name: string): Promise<Place> => {
    const place = (await places()).find((candidate) => candidate.name === name)
    if (place !== undefined) return place
    if (await fileExists(name)) return { name, source: 'file', path: name }
    throw new RadversaryError('usage', `Model: expected the name of one that is there, got ${name}`, {
      tip: 'Add the model’s file first.',
    })
  }
  return {
    list: async () => {
      const models: ModelInfo[] = []
      const broken: BrokenModel[] = []
      for (const place of await places())
        await infoOf(place).then(
          (info) => models.push(info),
          (thrown: unknown) => broken.push({ ...place, error: engineError(thrown) }),
        )
      return { models, broken }
    },
    add: async (model, card) => {
      const { card: whole } = await addModel({ model, card, home })
      return infoOf(await stored(whole.name))
    },
    show: async (name) => infoOf(await placeOf(name)),
    pathOf: async (name) => (await placeOf(name)).path,
  }
}

/** Changes with the file; '' for none. */
async function versionOf(path: string | undefined): Promise<string> {
  if (path === undefined) return ''
  const { mtimeMs, size } = await stat(path).catch((cause: unknown) => {
    throw ioError('Read', path, cause)
  })
  return `${path} ${mtimeMs} ${size}`
}

function modelInfo({ name, source, path }: Place, { bytes, sha256, card, proposed, facts, tfjs }: OpenedModel): ModelInfo {
  const { inputs, outputs } = facts
  return { name, source, path, sha256, bytes: bytes.length, card, proposed, notices: tfjs?.notices ?? [], inputs, outputs }
}
