import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../adapters/fs/json-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { archiveNode, type ArchiveNode } from './node.ts'

const schema = 'radversary/nodes/1'
const nodesFile = z.strictObject({ schema: z.literal(schema), nodes: z.array(archiveNode) })

function pathIn(home: string): string {
  return join(home, 'nodes.json')
}

/** Archives that the user set up, by name; none in a fresh workspace. @throws RadversaryError io-failed */
export async function listNodes(home: string): Promise<readonly ArchiveNode[]> {
  return (await readJsonFile(pathIn(home), nodesFile))?.nodes ?? []
}

/** @throws RadversaryError usage where there is no such node; io-failed */
export async function findNode(home: string, name: string): Promise<ArchiveNode> {
  const nodes = await listNodes(home)
  const found = nodes.find((node) => node.name === name)
  if (found !== undefined) return found
  const known = nodes.length === 0 ? 'none is set up' : nodes.map((node) => node.name).join(', ')
  throw new RadversaryError(
    'usage',
    `Node: expected one that is set up (${known}), got ${JSON.stringify(name)}`,
    {
      tip: 'Set it up with `radversary node add`.',
    },
  )
}

/**
 * Adds a node, or replaces that of its name. @throws RadversaryError usage for fields that are none; io-
 * failed
 */
export async function keepNode(home: string, given: unknown): Promise<ArchiveNode> {
  const node = checked(given)
  const all = await listNodes(home)
  const before = all.find(({ name }) => name === node.name)
  if (before?.purpose === 'clinical' && node.purpose !== 'clinical')
    throw new RadversaryError('usage', `Node: expected ${node.name} to stay clinical, got ${node.purpose}`, {
      tip: `If it is no clinical system, remove it first: \`radversary node remove ${node.name}\`.`,
    })
  const others = all.filter(({ name }) => name !== node.name)
  await write(home, [...others, node])
  return node
}

/** @throws RadversaryError usage where there is no such node; io-failed */
export async function removeNode(home: string, name: string): Promise<void> {
  await findNode(home, name)
  await write(
    home,
    (await listNodes(home)).filter((node) => node.name !== name),
  )
}

function checked(given: unknown): ArchiveNode {
  const read = archiveNode.safeParse(given)
  if (!read.success) throw new RadversaryError('usage', `Node: ${z.prettifyError(read.error)}`)
  const node = read.data
  if (node.retrieve === 'move' && node.receivePort === undefined)
    throw new RadversaryError('usage', 'Node: expected the port that C-MOVE sends to, got none', {
      tip: 'Give --receive-port, and have our AE title, host and this port entered at the archive.',
    })
  if (node.retrieve === 'move' && node.tls !== undefined && node.tls.cert === undefined)
    throw new RadversaryError('usage', 'Node: expected our certificate and key, got none', {
      tip: 'C-MOVE over TLS connects to us: give --cert and --key, or --retrieve get.',
    })
  if ((node.tls?.cert === undefined) !== (node.tls?.key === undefined))
    throw new RadversaryError('usage', 'Node: expected a certificate and its key, got one of them')
  return node
}

/** For the user alone, whatever the mask: it says where secrets are. */
async function write(home: string, nodes: readonly ArchiveNode[]): Promise<void> {
  await writeJsonFile(pathIn(home), { schema, nodes })
  await chmod(pathIn(home), 0o600)
}
