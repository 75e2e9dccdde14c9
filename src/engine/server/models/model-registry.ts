import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { fileExists } from '../../../adapters/fs/atomic-write.ts'
import { RadversaryError } from '../../../core/errors.ts'
import { modelFileName, modelsFolder, storedModelFile, versionOf } from '../../models/home.ts'
import { listModels, nameTaken, type ModelToAdd } from '../../models/model-store.ts'
import type { EngineError } from '../../../shared/engine-error.ts'
import { engineError } from '../engine-error.ts'
import type { EngineThread } from '../engine-threads.ts'
import type { Resources } from '../resources.ts'
import type { ModelAbout } from './model-about.ts'

/** A model and its card, without the bytes. */
export interface ModelInfo extends Omit<ModelAbout, 'files'> {
  /** What other requests name it by. */
  readonly name: string
  /** `file`: named by its path. */
  readonly source: 'sample' | 'added' | 'file'
  readonly path: string
  /** Changes with the model's file, its card, and whatever these name. */
  readonly version: string
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
  return new Registry(home, resources, thread)
}

class Registry implements ModelRegistry {
  /** By their paths. */
  private readonly known = new Map<string, Promise<KnownModel>>()

  constructor(
    private readonly home: string,
    private readonly resources: Resources,
    private readonly thread: EngineThread,
  ) {}

  async list(): Promise<Awaited<ReturnType<ModelRegistry['list']>>> {
    const models: ModelInfo[] = []
    const broken: BrokenModel[] = []
    const seen = new Set<string>()
    for (const place of await this.locations()) {
      const isNamesake = seen.has(place.name)
      seen.add(place.name)
      const info = isNamesake
        ? Promise.reject(nameTaken(place.name, dirname(place.path)))
        : this.infoOf(place)
      await info.then(
        (each) => models.push(each),
        (thrown: unknown) => broken.push({ ...place, error: engineError(thrown) }),
      )
    }
    return { models, broken }
  }

  async add(reference: Pick<ModelToAdd, 'model' | 'card' | 'given'>): Promise<ModelInfo> {
    const { home } = this
    const taken = (await this.samples()).map(({ name }) => name)
    const { card } = await this.thread.run('keepModel', { ...reference, home, taken })
    return this.infoOf(await this.stored(card.name))
  }

  async show(name: string): Promise<ModelInfo> {
    return this.infoOf(await this.locationOf(name))
  }

  async pathOf(name: string): Promise<string> {
    return (await this.locationOf(name)).path
  }

  private async stored(name: string): Promise<ModelLocation> {
    const folder = join(modelsFolder(this.home), name)
    return { name, source: 'added', path: (await storedModelFile(folder)) ?? join(folder, modelFileName) }
  }

  private async samples(): Promise<ModelLocation[]> {
    const paths = await this.resources.sampleModels()
    return paths.map((path) => ({ name: basename(path, '.onnx'), source: 'sample', path }))
  }

  /** The sample's come first: a name is theirs, whatever was added under it on the command line. */
  private async locations(): Promise<ModelLocation[]> {
    const added = await listModels(this.home)
    return [...(await this.samples()), ...(await Promise.all(added.map((name) => this.stored(name))))]
  }

  private async locationOf(name: string): Promise<ModelLocation> {
    const place = (await this.locations()).find((candidate) => candidate.name === name)
    if (place !== undefined) return place
    if (await fileExists(name)) return { name, source: 'file', path: name }
    throw new RadversaryError('usage', `Model: expected the name of one that is there, got ${name}`, {
      tip: 'Add the model’s file first.',
    })
  }

  /** Once for the same files. */
  private async infoOf(place: ModelLocation): Promise<ModelInfo> {
    const reading = this.known.get(place.path)
    const known = await reading?.catch(() => undefined)
    if (known && (await isCurrent(known))) return { ...known.info, ...place }
    // Whoever asked at the same time may have begun to read it anew.
    if (this.known.get(place.path) !== reading) return this.infoOf(place)
    const anew = this.read(place)
    this.known.set(place.path, anew)
    anew.catch(() => {
      if (this.known.get(place.path) === anew) this.known.delete(place.path)
    })
    return (await anew).info
  }

  private async read(place: ModelLocation): Promise<KnownModel> {
    const { files, ...about } = await this.thread.run('readModelAbout', {
      model: place.path,
      home: this.home,
    })
    const filesVersion = await versionOf(files)
    const version = createHash('sha256').update(filesVersion).digest('hex').slice(0, 16)
    return { info: { ...place, ...about, version }, files, filesVersion }
  }
}

interface KnownModel {
  readonly info: ModelInfo
  /** All that it was read from, and in which version. */
  readonly files: readonly string[]
  readonly filesVersion: string
}

async function isCurrent({ files, filesVersion }: KnownModel): Promise<boolean> {
  return (await versionOf(files)) === filesVersion
}
