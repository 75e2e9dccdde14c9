import { networkError } from '../peer.ts'
import { commandField, decodeCommand, encodeCommand, type Command } from './command-set.ts'
import type { AcceptedContext } from './negotiation.ts'
import { longestPdu, pduType, type PduStream } from './pdu.ts'

/** A message of DIMSE: a command and, perhaps, a data set, byte for byte (PS3.7 section 6.3). */
export interface Message {
  readonly contextId: number
  readonly command: Command
  readonly data: Uint8Array
}

export interface MessageStream {
  send(context: AcceptedContext, command: Command, data?: Uint8Array): Promise<void>
  /**
   * @param takesInstances whether C-STORE requests are expected, whose data sets may be large; no by default
   * @returns undefined when the peer wants to end the association
   */
  receive(patienceMs: number, takesInstances?: boolean): Promise<Message | undefined>
}

const longestCommand = 65_536
/** Most bytes of an instance: what a file of pixels can have (PS3.5 section 8.1.1). */
const longestInstance = 2 ** 31
/** Most bytes of any other data set. */
const longestIdentifier = 2 ** 20
/** A peer that takes less would be sent a few bytes at a time. */
const leastPdu = 1024
/** Most fragments of a message: 2 GiB have 2 KiB in each. */
const mostFragments = 2 ** 20

/** @param peerLongest longest P-DATA body that the peer takes; 0 for any */
export function messageStream(pdus: PduStream, node: string, peerLongest: number): MessageStream {
  const most = peerLongest === 0 ? longestPdu : Math.min(peerLongest, longestPdu)
  if (most < leastPdu) throw networkError(node, `expected at least ${leastPdu} bytes a PDU, got ${most}`)
  const nextFragment = fragmentsOf(pdus, node)
  const sendPart = async (contextId: number, bytes: Uint8Array, isCommand: boolean) => {
    const room = (most - 6) & ~1 //                  fragments are even (PS3.8 section 9.3.1)
    for (let at = 0; at === 0 || at < bytes.length; at += room) {
      const isLast = at + room >= bytes.length
      await pdus.write(pduType.data, fragmentOf(contextId, bytes.subarray(at, at + room), isCommand, isLast))
    }
  }
  const part = async (isCommand: boolean, longest: number, patienceMs: number) => {
    const parts: Uint8Array[] = []
    for (let size = 0; ;) {
      const fragment = await nextFragment(patienceMs)
      if (fragment === undefined) {
        if (parts.length === 0 && isCommand) return undefined
        throw damaged(node)
      }
      size += fragment.bytes.length
      const isEmpty = fragment.bytes.length === 0 && !fragment.isLast
      if (fragment.isCommand !== isCommand || size > longest || isEmpty || parts.length >= mostFragments)
        throw damaged(node)
      parts.push(fragment.bytes)
      if (fragment.isLast) return { contextId: fragment.contextId, bytes: Buffer.concat(parts, size) }
    }
  }
  return {
    send: async ({ id }, command, data) => {
      await sendPart(id, encodeCommand({ ...command, hasData: data !== undefined }), true)
      if (data !== undefined) await sendPart(id, data, false)
    },
    receive: async (patienceMs, takesInstances = false) => {
      const read = await part(true, longestCommand, patienceMs)
      if (read === undefined) return undefined
      const command = decodeCommand(read.bytes)
      if (command === undefined) throw damaged(node)
      const { contextId } = read
      if (!command.hasData) return { contextId, command, data: new Uint8Array() }
      const isInstance = takesInstances && command.field === commandField.store
      const longest = isInstance ? longestInstance : longestIdentifier
      const data = await part(false, longest, patienceMs)
      if (data?.contextId !== contextId) throw damaged(node)
      return { contextId, command, data: data.bytes }
    },
  }
}

function damaged(node: string) {
  return networkError(node, 'expected a message of DICOM, got a damaged one')
}

/** The fragments that come, one after the other; undefined when the peer wants to end the association. */
function fragmentsOf(pdus: PduStream, node: string): (patienceMs: number) => Promise<Fragment | undefined> {
  const pending: Fragment[] = []
  return async (patienceMs) => {
    while (pending.length === 0) {
      const { type, body } = await pdus.read(patienceMs)
      if (type === pduType.releaseRequest) return undefined
      if (type === pduType.abort) throw networkError(node, 'it ended the association')
      const fragments = type === pduType.data ? fragmentsIn(body) : undefined
      if (fragments === undefined) throw damaged(node)
      pending.push(...fragments)
    }
    return pending.shift()
  }
}

/** A presentation data value (PS3.8 annex E). */
interface Fragment {
  readonly contextId: number
  readonly isCommand: boolean
  readonly isLast: boolean
  readonly bytes: Buffer
}

function fragmentOf(contextId: number, bytes: Uint8Array, isCommand: boolean, isLast: boolean): Uint8Array {
  const head = Buffer.alloc(6)
  head.writeUInt32BE(bytes.length + 2)
  head.writeUInt8(contextId, 4)
  head.writeUInt8((isCommand ? 1 : 0) | (isLast ? 2 : 0), 5)
  return Buffer.concat([head, bytes])
}

function fragmentsIn(body: Buffer): Fragment[] | undefined {
  const fragments: Fragment[] = []
  for (let at = 0; at < body.length;) {
    const length = at + 6 > body.length ? 0 : body.readUInt32BE(at)
    const end = at + 4 + length
    if (length < 2 || end > body.length) return undefined
    const control = body.readUInt8(at + 5)
    fragments.push({
      contextId: body.readUInt8(at + 4),
      isCommand: (control & 1) !== 0,
      isLast: (control & 2) !== 0,
      bytes: body.subarray(at + 6, end),
    })
    at = end
  }
  return fragments
}
