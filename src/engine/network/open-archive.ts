import { stat } from 'node:fs/promises'
import { ioError } from '../../adapters/fs/io-error.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import type { Archive } from '../../adapters/network/archive.ts'
import { dimseArchive } from '../../adapters/network/dimse/dimse-archive.ts'
import type { TlsFiles } from '../../adapters/network/peer.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ArchiveNode } from './node.ts'

/**
 * Opens the way to a node; nothing is sent before it is asked something. @throws RadversaryError io-failed;
 * usage for a secret that others can read
 */
export async function openArchive(node: ArchiveNode, signal?: AbortSignal): Promise<Archive> {
  const tls = node.tls === undefined ? undefined : await tlsFiles(node.tls)
  const receivePort = node.retrieve === 'move' ? node.receivePort : undefined
  return dimseArchive({ ...node, tls }, receivePort, signal)
}

async function tlsFiles({ ca, cert, key }: NonNullable<ArchiveNode['tls']>): Promise<TlsFiles> {
  const read = async (path: string | undefined) => (path === undefined ? undefined : readBytes({ path }))
  return {
    ca: await read(ca),
    cert: await read(cert),
    key: key === undefined ? undefined : await readSecret(key),
  }
}

/** A file that its owner alone can read. @throws RadversaryError usage otherwise; io-failed */
async function readSecret(path: string): Promise<Uint8Array> {
  const { mode } = await stat(path).catch((cause: unknown) => {
    throw ioError('Read', path, cause)
  })
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new RadversaryError(
      'usage',
      'Secret: expected a file that you alone can read, got one open to others',
      {
        file: path,
        tip: `Take the others' rights away: chmod 600.`,
      },
    )
  return readBytes({ path })
}
