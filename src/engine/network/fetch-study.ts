import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { verifyManifest } from '../../adapters/fs/manifest.ts'
import { openExportFolder } from '../../adapters/fs/export-folder.ts'
import type { ArchivedInstance } from '../../adapters/network/archive.ts'
import { isUid } from '../../adapters/network/peer.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { JobHooks } from '../progress.ts'
import { findNode } from './node-store.ts'
import { openArchive } from './open-archive.ts'
import { transferAll, type TransferFailure } from './transfers.ts'

export interface FetchRequest {
  readonly home: string
  readonly node: string
  /** Study Instance UID. */
  readonly study: string
  /** Series Instance UID; undefined for all of the study. */
  readonly series?: string | undefined
  readonly out: string
}

export interface FetchReport {
  readonly node: string
  readonly folder: string
  /** How many the archive has. */
  readonly images: number
  /** How many were there from an earlier attempt. */
  readonly kept: number
  readonly fetched: number
  readonly failures: readonly TransferFailure[]
}

/**
 * Fetches a study from a node into a folder, a file SOPINSTANCEUID.dcm each, data sets byte for byte as they
 * came. The folder says EXPORT-INCOMPLETE until all are there; the same request goes on from there.
 * @throws RadversaryError usage for what is no UID, or a study that the node does not have; network-failed;
 * io-failed; export-conflict; cancelled
 */
export async function fetchStudy(request: FetchRequest, hooks: JobHooks): Promise<FetchReport> {
  const { home, node: name, study, series, out } = request
  for (const uid of [study, ...(series === undefined ? [] : [series])]) checkUid(uid)
  const archive = await openArchive(await findNode(home, name), hooks.signal)
  const instances = await archive.instances(study, series)
  if (instances.length === 0)
    throw new RadversaryError('usage', `Node ${name}: expected images of this study, got none`, {
      tip: 'Look for it with `radversary find`.',
    })
  const target = await openExportFolder({ folder: out, exportId: fetchId(name, study, series), sources: [] })
  const wanted: ArchivedInstance[] = []
  for (const instance of instances)
    if ((await target.keep(pathOf(instance.sopInstanceUid))) === undefined) wanted.push(instance)
  const kept = instances.length - wanted.length
  if (target.complete) return complete({ name, folder: target.folder, instances, kept }, hooks)
  const { done, failures } = await transferAll(
    {
      phase: 'fetching',
      all: wanted,
      uidOf: ({ sopInstanceUid }) => sopInstanceUid,
      nameOf: ({ sopInstanceUid }) => sopInstanceUid,
      transfer: (some, settle) =>
        archive.fetch(
          some,
          async (uid, file) => {
            await target.write(pathOf(uid), file)
          },
          settle,
        ),
    },
    hooks,
  )
  if (failures.length === 0) await target.finish()
  return { node: name, folder: target.folder, images: instances.length, kept, fetched: done.length, failures }
}

interface Complete {
  readonly name: string
  readonly folder: string
  readonly instances: readonly ArchivedInstance[]
  readonly kept: number
}

/**
 * A fetch that was whole before: what the archive has got since is not put beside it.
 * @throws RadversaryError verification-failed where files are missing or were changed
 */
async function complete(
  { name, folder, instances, kept }: Complete,
  { onNotice }: JobHooks,
): Promise<FetchReport> {
  const { missing, changed } = await verifyManifest(folder)
  const [wrong] = [...missing, ...changed]
  if (wrong !== undefined)
    throw new RadversaryError(
      'verification-failed',
      `Fetch: expected the files that came, got ${missing.length} missing and ${changed.length} changed`,
      { file: join(folder, wrong), tip: 'Fetch to another folder.' },
    )
  const news = instances.length - kept
  if (news > 0) onNotice?.(`The archive has ${news} images more than this folder: fetch to another one.`)
  return { node: name, folder, images: instances.length, kept, fetched: 0, failures: [] }
}

function pathOf(sopInstanceUid: string): string {
  return `${sopInstanceUid}.dcm`
}

function fetchId(node: string, study: string, series: string | undefined): string {
  const parts = JSON.stringify([node, study, series ?? null])
  return `fetch-${createHash('sha256').update(parts).digest('hex').slice(0, 32)}`
}

function checkUid(uid: string): void {
  if (isUid(uid)) return
  throw new RadversaryError('usage', 'Fetch: expected a UID of digits and dots, got another text', {
    tip: '`radversary find` lists the UIDs of studies.',
  })
}
