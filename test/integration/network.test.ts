import { createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { ArchivedInstance, OutgoingInstance } from '../../src/adapters/network/archive.ts'
import { incoming } from '../../src/adapters/network/dimse/incoming.ts'
import { answerBit, commandField, encodeCommand } from '../../src/adapters/network/dimse/command-set.ts'
import { encodeAcceptance } from '../../src/adapters/network/dimse/negotiation.ts'
import { echo, findStudies } from '../../src/adapters/network/dimse/query.ts'
import { openReceiver } from '../../src/adapters/network/dimse/receiver.ts'
import { sendInstances } from '../../src/adapters/network/dimse/send.ts'
import type { DimsePeer } from '../../src/adapters/network/peer.ts'
import { isDataSet } from '../../src/adapters/network/received.ts'
import { dataSetIn } from '../../src/core/dicom/data-set.ts'
import { findStudies as searchNode } from '../../src/engine/network/find-studies.ts'
import { checkFence } from '../../src/engine/network/fence.ts'
import { keepNode, listNodes } from '../../src/engine/network/node-store.ts'
import type { ArchiveNode } from '../../src/engine/network/node.ts'
import type { OutgoingExport } from '../../src/engine/network/outgoing.ts'
import { caseRandom } from '../fuzz/campaign.ts'
import { edited, randomEdits } from '../fuzz/edits.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyFile } from '../support/tiny-instance.ts'

const titles = { calledAeTitle: 'ARCHIVE', callingAeTitle: 'RADVERSARY' }
const peerAt = (port: number): DimsePeer => ({
  name: 'archive',
  host: '127.0.0.1',
  port,
  ...titles,
  tls: undefined,
})
const mirrored = (port: number): DimsePeer => ({
  ...peerAt(port),
  calledAeTitle: 'RADVERSARY',
  callingAeTitle: 'ARCHIVE',
})

const servers: ReturnType<typeof createServer>[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

/** A peer that does as the test says, and hangs up after a moment. */
async function peerThat(act: (socket: Socket) => void): Promise<DimsePeer> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    act(socket)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return peerAt((server.address() as AddressInfo).port)
}

const freePort = async () => {
  const { port } = await peerThat(() => undefined)
  const server = servers.pop()
  await new Promise((resolve) => server?.close(resolve))
  return port
}

const asked: ArchivedInstance = {
  studyInstanceUid: '2.25.2',
  seriesInstanceUid: '2.25.3',
  sopInstanceUid: '2.25.1',
  sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
}

/** Sends a file to a receiver of our own that expects `wanted`. */
async function sendTo(wanted: ArchivedInstance, file: Uint8Array, peer?: (port: number) => DimsePeer) {
  const port = await freePort()
  const came: Uint8Array[] = []
  const told: (string | undefined)[] = []
  const expected = incoming('archive', [wanted], (_, bytes) => Promise.resolve(void came.push(bytes)), () => undefined) // prettier-ignore
  const receiver = await openReceiver(mirrored(port), port, expected)
  const outgoing: OutgoingInstance = {
    path: 'a.dcm',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    sopInstanceUid: '2.25.1',
    transferSyntaxUid: '1.2.840.10008.1.2',
  }
  try {
    await sendInstances((peer ?? peerAt)(port), [outgoing], () => Promise.resolve(file), (_, reason) => told.push(reason)) // prettier-ignore
  } finally {
    await receiver.close()
  }
  return { came, told }
}

describe('transfers', () => {
  test('an instance comes through with the bytes of its data set, of several PDUs too', async () => {
    const comments = {
      tag: 0x00204000,
      vr: 'bytes',
      as: 'LT',
      value: new Uint8Array(300_001).fill(0x61),
    } as const
    for (const file of [tinyFile([], false), tinyFile([comments], false)]) {
      const { came, told } = await sendTo(asked, file)
      expect(told).toEqual([undefined])
      expect(Buffer.from(dataSetIn(came[0]!)).equals(Buffer.from(dataSetIn(file)))).toBe(true)
    }
  })

  test('what was not asked for, or is another instance than it says, is refused', async () => {
    const other = await sendTo({ ...asked, sopInstanceUid: '2.25.9' }, tinyFile([], false))
    expect(other).toEqual({ came: [], told: ['the node refused it with status 0124H'] })
    const lies = await sendTo({ ...asked, seriesInstanceUid: '2.25.9' }, tinyFile([], false))
    expect(lies).toEqual({ came: [], told: ['the node refused it with status A900H'] })
  })

  test('a wrong AE title is said to be one', async () => {
    const stranger = (port: number) => ({ ...peerAt(port), calledAeTitle: 'OTHER' })
    await expect(sendTo(asked, tinyFile([], false), stranger)).rejects.toMatchObject({
      code: 'network-failed',
      message: 'Node archive: it knows no such called AE title',
    })
  })

  test('nobody there is an error that says what to check', async () => {
    await expect(echo(peerAt(await freePort()))).rejects.toMatchObject({
      message: 'Node archive: nobody listens there',
      tip: 'Check host and port, and that the archive runs.',
    })
  })
})

describe('hostile peers', () => {
  const pdu = (type: number, body: Uint8Array) => {
    const head = Buffer.alloc(6)
    head.writeUInt8(type, 0)
    head.writeUInt32BE(body.length, 2)
    return Buffer.concat([head, body])
  }
  const context = { id: 1, abstractSyntax: '', transferSyntax: '1.2.840.10008.1.2.1' }
  const acceptance = pdu(2, encodeAcceptance(titles, [context], []))

  test('a PDU of four gigabytes is refused at its head', async () => {
    const peer = await peerThat((socket) => socket.write(Buffer.from([4, 0, 255, 255, 255, 255])))
    await expect(echo(peer)).rejects.toMatchObject({ code: 'network-failed' })
  })

  const message = (fields: Parameters<typeof encodeCommand>[0], data?: Uint8Array) => {
    const part = (bytes: Uint8Array, control: number) => {
      const head = Buffer.from([0, 0, 0, 0, 1, control])
      head.writeUInt32BE(bytes.length + 2, 0)
      return pdu(4, Buffer.concat([head, bytes]))
    }
    return Buffer.concat([part(encodeCommand(fields), 3), ...(data ? [part(data, 2)] : [])])
  }
  const errorOf = async (bytes: Buffer) => {
    const peer = await peerThat((socket) => socket.end(Buffer.concat([acceptance, bytes])))
    return findStudies(peer, {}).catch((thrown: unknown) => thrown)
  }

  test('an answer to something else, and a request in the place of one, are no answers', async () => {
    const field = commandField.find | answerBit
    expect(await errorOf(message({ field, answers: 1, status: 0, hasData: false }))).toEqual({
      studies: [],
      isCut: false,
    })
    const other = 'expected an answer to what was asked, got another message'
    for (const fields of [
      { field, answers: 2, status: 0, hasData: false },
      { field: commandField.store, answers: 1, status: 0xff00, hasData: false },
    ])
      expect(await errorOf(message(fields))).toMatchObject({ message: `Node archive: ${other}` })
  })

  test('fragments without bytes, and peers that take a few bytes at a time, are refused', async () => {
    const empty = pdu(4, Buffer.from([0, 0, 0, 2, 1, 1]))
    const damaged = { message: 'Node archive: expected a message of DICOM, got a damaged one' }
    expect(
      await errorOf(
        Buffer.concat([empty, message({ field: 0x8020, answers: 1, status: 0, hasData: false })]),
      ),
    ).toMatchObject(damaged)
    const small = Buffer.from(acceptance)
    small.writeUInt32BE(100, small.indexOf(Buffer.from([0x51, 0, 0, 4])) + 4)
    const peer = await peerThat((socket) => socket.end(small))
    await expect(findStudies(peer, {})).rejects.toThrow('expected at least 1024 bytes a PDU, got 100')
  })

  test('a data set that begins with elements of the file is none', () => {
    expect(isDataSet(Buffer.from([2, 0, 0x10, 0]), '1.2.840.10008.1.2.1')).toBe(false)
    expect(isDataSet(Buffer.from([0, 2, 0, 0x10]), '1.2.840.10008.1.2.2')).toBe(false)
    expect(isDataSet(dataSetIn(tinyFile([], false)), '1.2.840.10008.1.2')).toBe(true)
  })

  test('damaged answers end in an error of the network, and repeat nothing of what was said', async () => {
    const name = 'DOE^JANE\r\nforged line'
    for (let index = 0; index < 60; index += 1) {
      const random = caseRandom(1, 'network', index)
      const bytes = Buffer.concat([acceptance, pdu(4, Buffer.from(`\0\0\0\x20\x01\x03${name}`))])
      const damaged = edited(bytes, randomEdits(bytes, random))
      const peer = await peerThat((socket) => socket.end(damaged))
      const error = await findStudies(peer, {}).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'network-failed' })
      expect((error as Error).message).not.toMatch(/DOE|forged|\n/)
    }
  })
})

describe('the fence', () => {
  const node = (purpose: ArchiveNode['purpose']): ArchiveNode => ({
    ...{ kind: 'dimse', name: 'archive', purpose, host: 'h', port: 104, ...titles, retrieve: 'get' },
  })
  const labelled = { present: ['Image Comments'], missing: [] }
  const exported = (label = labelled as { present: string[]; missing: string[] }, isAttack = true) =>
    ({
      isAttack,
      folder: '/e',
      files: [{ path: 'adversarial/0001.dcm', label }],
    }) as unknown as OutgoingExport

  test('lets labelled images to a research archive that was named, and nowhere else', () => {
    expect(() => {
      checkFence(exported(), node('research archive'), { yesTo: 'archive', nodes: [] })
    }).not.toThrow()
    const refused = (
      purpose: ArchiveNode['purpose'],
      yesTo: string | undefined,
      given = exported(),
      nodes: readonly ArchiveNode[] = [],
    ) => {
      expect(() => {
        checkFence(given, node(purpose), { yesTo, nodes })
      }).toThrow(expect.objectContaining({ code: 'network-refused' }) as Error)
    }
    refused('research archive', undefined)
    refused('research archive', 'other')
    refused('source', 'archive')
    refused('clinical', 'archive')
    // The same system under another name.
    refused('research archive', 'archive', exported(), [{ ...node('clinical'), name: 'pacs', host: 'H' }])
    refused('clinical', 'archive', exported({ present: [], missing: [] }, false))
    refused('research archive', 'archive', exported({ present: [], missing: ['Image Comments'] }))
    // An attack's image that was put into another export.
    refused('research archive', 'archive', exported({ present: ['Image Comments'], missing: ['Series Description'] }, false)) // prettier-ignore
  })
})

describe('nodes', () => {
  test('are kept for the user alone, and a fresh workspace has none', async () => {
    const home = temporaryFolder('nodes')
    expect(await listNodes(home)).toEqual([])
    const given = {
      kind: 'dimse',
      name: 'a',
      purpose: 'source',
      host: 'h',
      port: 104,
      ...titles,
      retrieve: 'get',
    }
    await keepNode(home, given)
    expect(await listNodes(home)).toEqual([given])
    expect(statSync(join(home, 'nodes.json')).mode & 0o777).toBe(0o600)
    await expect(keepNode(home, { ...given, name: '../a' })).rejects.toMatchObject({ code: 'usage' })
    await expect(keepNode(home, { ...given, retrieve: 'move' })).rejects.toMatchObject({ code: 'usage' })
  })

  test('without one nothing is called', async () => {
    const finding = searchNode({ home: temporaryFolder('no-nodes'), node: 'archive', query: {} }, {})
    await expect(finding).rejects.toMatchObject({
      code: 'usage',
      message: 'Node: expected one that is set up (none is set up), got "archive"',
    })
  })
})
