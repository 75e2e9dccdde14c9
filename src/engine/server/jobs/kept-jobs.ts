import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { fileExists } from '../../../adapters/fs/atomic-write.ts'
import { errorCode, ioError } from '../../../adapters/fs/io-error.ts'
import { readJsonFile } from '../../../adapters/fs/json-file.ts'
import { manifestName } from '../../../adapters/fs/manifest.ts'
import { RadversaryError } from '../../../core/errors.ts'
import type { EngineError } from '../../../shared/engine-error.ts'
import type { JobHooks, Progress } from '../../progress.ts'
import { engineError } from '../engine-error.ts'
import { datedId, isDatedId } from '../ids.ts'
import { keepRequest } from '../kept-request.ts'
import type { DrawnRegion } from '../region.ts'
import type { DeviceTurn } from './device-turn.ts'

/** A kept job as a list shows it. */
export interface KeptJob<Request> {
  readonly id: string
  readonly request: Request
  readonly isDone: boolean
  /** Where one that this engine has in work stands. */
  readonly progress: Pick<Progress, 'done' | 'total' | 'note'> | null
  /** What its last attempt had to say, since the engine was started. */
  readonly notices: readonly string[]
  /** Why its last attempt failed, since the engine was started. */
  readonly error: EngineError | null
  /** The command line that makes it again. */
  readonly command: string
}

export interface KeptJobList<Request> {
  /** Latest first. */
  readonly jobs: readonly KeptJob<Request>[]
  /** Those whose folders are damaged. */
  readonly broken: readonly { readonly id: string; readonly error: EngineError }[]
}

/**
 * Jobs of one kind, a folder each: request.json, and in result/ what the job leaves. They go on without any
 * page, and after they were stopped.
 */
export interface KeptJobs<Wanted, Request, Result> {
  /**
   * Checks what is wanted and writes it down; nothing is begun. @throws RadversaryError usage for a method,
   * setting, budget or model that there isn't.
   */
  create(wanted: Wanted): Promise<string>
  /** Begins, or goes on, in the background. @throws RadversaryError usage where the device is taken. */
  begin(id: string): Promise<void>
  /** Stops the one in work; what is done stays done. */
  cancel(id: string): void
  list(): Promise<KeptJobList<Request>>
  /** Reads what one that is done has left. @throws RadversaryError usage otherwise. */
  get(id: string): Promise<Result>
  /** @throws RadversaryError usage for one that is in work. */
  remove(id: string): Promise<void>
  /** Ends the one in work; it can go on later. */
  close(): Promise<void>
}

interface JobKind<Wanted, Request, Result> {
  /** e.g. "Comparison", for errors. */
  readonly what: string
  /** Where the folders of all lie. */
  readonly folder: string
  readonly schema: z.ZodType<Request>
  readonly turn: DeviceTurn
  /** What a job that is done has left in its folder. */
  readonly read: (folder: string) => Promise<Result>
  /** What is written down of what is wanted, once it was checked. */
  readonly requestOf: (wanted: Wanted) => Promise<Request>
  readonly command: (request: Request, folder: string) => string
  /** @param folder of the job, with request.json and result/ */
  readonly work: (request: Request, folder: string, hooks: JobHooks) => Promise<void>
}

interface AtWork {
  readonly abort: AbortController
  progress: Pick<Progress, 'done' | 'total' | 'note'>
  ended: Promise<void>
}

/** What is wanted as a page draws it. */
interface Drawn {
  readonly region?: DrawnRegion | undefined
}

interface Dated {
  /** ISO 8601. */
  readonly created: string
}

export function createKeptJobs<Wanted extends Drawn, Request extends Dated, Result>(
  kind: JobKind<Wanted, Request, Result>,
): KeptJobs<Wanted, Request, Result> {
  return new JobsInFolder(kind)
}

class JobsInFolder<Wanted extends Drawn, Request extends Dated, Result> implements KeptJobs<
  Wanted,
  Request,
  Result
> {
  private readonly atWork = new Map<string, AtWork>()
  private readonly failed = new Map<string, EngineError>()
  private readonly notices = new Map<string, string[]>()

  constructor(private readonly kind: JobKind<Wanted, Request, Result>) {}

  async create(wanted: Wanted): Promise<string> {
    const request = await this.kind.requestOf(wanted)
    const id = datedId(new Date(request.created))
    await keepRequest(this.folderOf(id), request, wanted.region)
    return id
  }

  async begin(id: string): Promise<void> {
    const { what, turn, work } = this.kind
    const request = await this.request(id)
    const leave = turn.take(`${what} ${id}`)
    const atWork = { abort: new AbortController(), progress: atStart, ended: Promise.resolve() }
    this.atWork.set(id, atWork)
    this.failed.delete(id)
    const notices: string[] = []
    this.notices.set(id, notices)
    atWork.ended = work(request, this.folderOf(id), hooksOf(atWork, notices))
      .catch((thrown: unknown) => {
        const error = engineError(thrown)
        if (error.code !== 'cancelled') this.failed.set(id, error)
      })
      .finally(() => {
        this.atWork.delete(id)
        leave()
      })
  }

  cancel(id: string): void {
    this.atWork.get(id)?.abort.abort()
  }

  async list(): Promise<KeptJobList<Request>> {
    const jobs: KeptJob<Request>[] = []
    const broken: { id: string; error: EngineError }[] = []
    for (const id of (await idsIn(this.kind.folder)).reverse())
      await this.info(id).then(
        (found) => jobs.push(found),
        (thrown: unknown) => broken.push({ id, error: engineError(thrown) }),
      )
    return { jobs, broken }
  }

  async get(id: string): Promise<Result> {
    const folder = this.resultFolder(id)
    return (await isWhole(folder)) ? this.kind.read(folder) : this.noSuch(id)
  }

  private resultFolder(id: string): string {
    return join(this.folderOf(id), 'result')
  }

  async remove(id: string): Promise<void> {
    const folder = this.folderOf(id)
    if (this.atWork.has(id))
      throw new RadversaryError(
        'usage',
        `${this.kind.what}: expected one at rest, got ${id}, which is in work`,
      )
    await rm(folder, { recursive: true, force: true }).catch((cause: unknown) => {
      throw ioError('Remove', folder, cause)
    })
    this.failed.delete(id)
  }

  async close(): Promise<void> {
    const all = [...this.atWork.values()]
    for (const { abort } of all) abort.abort()
    await Promise.all(all.map(({ ended }) => ended))
  }

  private async info(id: string): Promise<KeptJob<Request>> {
    const request = await this.request(id)
    return {
      id,
      request,
      isDone: await isWhole(this.resultFolder(id)),
      progress: this.atWork.get(id)?.progress ?? null,
      notices: this.notices.get(id) ?? [],
      error: this.failed.get(id) ?? null,
      command: this.kind.command(request, this.folderOf(id)),
    }
  }

  private async request(id: string): Promise<Request> {
    const file = join(this.folderOf(id), 'request.json')
    return (await readJsonFile(file, this.kind.schema)) ?? this.noSuch(id)
  }

  private folderOf(id: string): string {
    return isDatedId(id) ? join(this.kind.folder, id) : this.noSuch(id)
  }

  private noSuch(id: string): never {
    throw new RadversaryError(
      'usage',
      `${this.kind.what}: expected one that there is, got ${JSON.stringify(id)}`,
    )
  }
}

const atStart = { done: 0, total: 0, note: '' }

/** Progress of the attacks alone: what comes before takes seconds. */
function hooksOf(atWork: AtWork, notices: string[]): JobHooks {
  return {
    signal: atWork.abort.signal,
    onNotice: (sentence) => {
      notices.push(sentence)
    },
    onProgress: ({ phase, done, total, note }) => {
      if (phase === 'attacking') atWork.progress = { done, total, note }
    },
  }
}

/** The manifest is written last. */
function isWhole(folder: string): Promise<boolean> {
  return fileExists(join(folder, manifestName))
}

async function idsIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isDatedId).sort()
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return []
    throw ioError('List folder', folder, cause)
  }
}
