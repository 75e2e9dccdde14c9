import { basename, dirname, join } from 'node:path'
import { fileExists } from '../../../adapters/fs/atomic-write.ts'
import { RadversaryError } from '../../../core/errors.ts'
import { fileVersion, modelFileName, modelsFolder, storedModelFile } from '../../models/home.ts'
import { listModels, nameTaken, type ModelToAdd } from '../../models/model-store.ts'
import { cardBeside } from '../../models/open-model.ts'
import type { EngineError } from '../../../shared/engine-error.ts'
import { engineError } from '../engine-error.ts'
import type { EngineThread } from '../engine-threads.ts'
import type { Resources } from '../resources.ts'
import type { ModelAbout } from './model-about.ts'

/** A model and its card, without the bytes. */
export interface ModelInfo extends ModelAbout {
  /** What other requests name it by. */
  readonly name: string
  /** `file`: named by its path. */
  readonly source: 'sample' | 'added' | 'file'
  readonly path: string
}

/** A model that is listed but can't be used, and why. */
export interface BrokenModel {
  readonly name: string
  readonly source: ModelInfo['source']
  readonly path: string
  readonly error: EngineError
}

/** The models at hand: the sample's and those that the user added. */
export interface ModelRegistry {
  list(): Promise<{ readonly models: readonly ModelInfo[]; readonly broken: readonly BrokenModel[] }>
  /** @param reference its card a file or the card itself; by default the one beside the file */
  add(reference: Pick<ModelToAdd, 'model' | 'card' | 'given'>): Promise<ModelInfo>
  /** @throws RadversaryError usage for a name that there isn't; as `openModel`. */
  show(name: string): Promise<ModelInfo>
  /** The file of a model by name; a path stays as it is. */
  pathOf(name: string): Promise<string>
}

interface ModelLocation {
  readonly name: string
  readonly source: ModelInfo['source']
  readonly path: string
}

/** @param thread reads models, so that nobody waits for a large one */
export function createModelRegistry(home: string, resources: Resources, thread: EngineThread): ModelRegistry {
  const known = new Map<string, Promise<ModelInfo>>()
  const stored = async (name: string): Promise<ModelLocation> => {
    const folder = join(modelsFolder(home), name)
    return { name, source: 'added', path: (await storedModelFile(folder)) ?? join(folder, modelFileName) }
  }
  const samples = async (): Promise<ModelLocation[]> =>
    (await resources.sampleModels()).map((path) => ({
      name: basename(path, '.onnx'),
      source: 'sample',
      path,
    }))
  /** The sample's come first: a name is theirs, whatever was added under it on the command line. */
  const locations = async (): Promise<ModelLocation[]> => [
    ...(await samples()),
    ...(await Promise.all((await listModels(home)).map(stored))),
  ]
  const aboutOf = async (place: ModelLocation): Promise<ModelInfo> => ({
    ...place,
    ...(await thread.run('readModelAbout', { model: place.path, home })),
  })
  /** Once for the same file and card. */
  const infoOf = async (place: ModelLocation): Promise<ModelInfo> => {
    const files = [place.path, await cardBeside(place.path)]
    const key = (
      await Promise.all(files.flatMap((file) => (file === undefined ? [] : [fileVersion(file)])))
    ).join()
    const info = known.get(key) ?? aboutOf(place)
    known.set(key, info)
    info.catch(() => known.delete(key))
    return info
  }
  const locationOf = async (name: string): Promise<ModelLocation> => {
    const place = (await locations()).find((candidate) => candidate.name === name)
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
      const seen = new Set<string>()
      for (const place of await locations()) {
        const isNamesake = seen.has(place.name)
        seen.add(place.name)
        await (isNamesake ? Promise.reject(nameTaken(place.name, dirname(place.path))) : infoOf(place)).then(
          (info) => models.push(info),
          (thrown: unknown) => broken.push({ ...place, error: engineError(thrown) }),
        )
      }
      return { models, broken }
    },
    add: async (reference) => {
      const taken = (await samples()).map(({ name }) => name)
      const { card: whole } = await thread.run('keepModel', { ...reference, home, taken })
      return infoOf(await stored(whole.name))
    },
    show: async (name) => infoOf(await locationOf(name)),
    pathOf: async (name) => (await locationOf(name)).path,
  }
}
