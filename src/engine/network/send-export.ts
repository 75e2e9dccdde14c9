import type { Archive } from '../../adapters/network/archive.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import { noteManifest } from '../departures/departure-log.ts'
import type { JobHooks } from '../progress.ts'
import { checkFence } from './fence.ts'
import { addressOf, type ArchiveNode } from './node.ts'
import { findNode, listNodes } from './node-store.ts'
import { openArchive } from './open-archive.ts'
import { openOutgoing, unchanged, type OutgoingExport, type OutgoingFile } from './outgoing.ts'
import { transferAll, type TransferFailure } from './transfers.ts'

export interface SendRequest {
  readonly home: string
  readonly node: string
  /** Folder of an export that is whole. */
  readonly folder: string
  /** The node's name, as confirmed. */
  readonly yesTo: string | undefined
}

export interface SendReport {
  readonly node: string
  readonly folder: string
  readonly images: number
  /** How many the node had already. */
  readonly kept: number
  readonly sent: number
  readonly failures: readonly TransferFailure[]
}

/**
 * Sends an export's DICOM files as they are on disk, and notes down what left, also where not all of it did.
 * @throws RadversaryError network-refused before anything is sent; as `openOutgoing`; network-failed;
 * cancelled
 */
export async function sendExport(request: SendRequest, hooks: JobHooks): Promise<SendReport> {
  const node = await findNode(request.home, request.node)
  const outgoing = await openOutgoing(request.folder)
  checkFence(outgoing, node, { yesTo: request.yesTo, nodes: await listNodes(request.home) })
  const archive = await openArchive(node, hooks.signal)
  const there = await uidsThere(archive, outgoing.files)
  const all = outgoing.files.filter(({ sopInstanceUid }) => !there.has(sopInstanceUid))
  const left: OutgoingFile[] = []
  // Before the first byte: what can't be noted down does not leave.
  if (all.length > 0) await note(request.home, node, outgoing, { what: 'transfer begun', files: all })
  try {
    const { done, failures } = await transferAll(workOf(archive, outgoing, all, left), hooks)
    const images = outgoing.files.length
    return {
      node: node.name,
      folder: outgoing.folder,
      images,
      kept: images - all.length,
      sent: done.length,
      failures,
    }
  } finally {
    if (left.length > 0) await note(request.home, node, outgoing, { what: 'transfer', files: left })
  }
}

/** @param left gets every file that the node took, as soon as it has */
function workOf(
  archive: Archive,
  { folder }: OutgoingExport,
  all: readonly OutgoingFile[],
  left: OutgoingFile[],
) {
  const byUid = new Map(all.map((file) => [file.sopInstanceUid, file]))
  return {
    phase: 'sending',
    all,
    uidOf: ({ sopInstanceUid }: OutgoingFile) => sopInstanceUid,
    nameOf: ({ path }: OutgoingFile) => path,
    transfer: (some: readonly OutgoingFile[], settle: (uid: string, reason: string | undefined) => void) => {
      const load = ({ sopInstanceUid, path }: { sopInstanceUid: string; path: string }) => {
        const file = byUid.get(sopInstanceUid)
        if (file === undefined) throw internalError(`expected a file of the export, got ${path}`)
        return unchanged(folder, file.entry)
      }
      return archive.send(some, load, (uid, reason) => {
        const file = byUid.get(uid)
        if (reason === undefined && file !== undefined) left.push(file)
        settle(uid, reason)
      })
    },
  }
}

/**
 * What an earlier attempt has sent; nothing where the node can't be searched. UIDs of ours name their bytes.
 */
async function uidsThere(archive: Archive, files: readonly OutgoingFile[]): Promise<ReadonlySet<string>> {
  const series = new Map(
    files.map(({ seriesInstanceUid, studyInstanceUid }) => [seriesInstanceUid, studyInstanceUid]),
  )
  const uids = new Set<string>()
  try {
    for (const [seriesUid, studyUid] of series)
      for (const { sopInstanceUid } of await archive.instances(studyUid, seriesUid)) uids.add(sopInstanceUid)
  } catch (error) {
    if (!(error instanceof RadversaryError) || error.code !== 'network-failed') throw error
  }
  return uids
}

async function note(
  home: string,
  node: ArchiveNode,
  { manifest, identity }: OutgoingExport,
  {
    what,
    files: some,
  }: { readonly what: 'transfer begun' | 'transfer'; readonly files: readonly OutgoingFile[] },
): Promise<void> {
  const files = some.map(({ entry }) => entry)
  const taken = new TextEncoder().encode(`${JSON.stringify({ ...manifest, files }, null, 2)}\n`)
  await noteManifest(home, taken, { what, to: addressOf(node), identity })
}
