import { implementationClassUid, implementationVersionName } from '../../../core/dicom/write/uids.ts'
import { longestPdu } from './pdu.ts'

/** A presentation context as it is asked for (PS3.8 section 9.3.2.2). */
export interface OfferedContext {
  /** Odd, 1 to 255. */
  readonly id: number
  readonly abstractSyntax: string
  readonly transferSyntaxes: readonly string[]
}

export interface AcceptedContext {
  readonly id: number
  readonly abstractSyntax: string
  readonly transferSyntax: string
}

/** The body of A-ASSOCIATE-RQ or -AC, read. */
export interface Negotiation {
  readonly calledAeTitle: string
  readonly callingAeTitle: string
  readonly contexts: readonly ContextItem[]
  /** Longest P-DATA body that the sender takes; 0 for any. */
  readonly longestPdu: number
}

interface ContextItem {
  readonly id: number
  /** Result of an answer: 0 is acceptance. */
  readonly result: number
  readonly abstractSyntax: string
  readonly transferSyntaxes: readonly string[]
}

const item = {
  applicationContext: 0x10,
  offeredContext: 0x20,
  answeredContext: 0x21,
  abstractSyntax: 0x30,
  transferSyntax: 0x40,
  userInformation: 0x50,
  longestPdu: 0x51,
  implementationClass: 0x52,
  role: 0x54,
  implementationVersion: 0x55,
} as const

const applicationContextName = '1.2.840.10008.3.1.1.1'
const shortestBody = 68

interface Titles {
  readonly calledAeTitle: string
  readonly callingAeTitle: string
}

/** @param storeClasses SOP classes of which we take instances on this association (C-GET's role selection) */
export function encodeRequest(
  titles: Titles,
  contexts: readonly OfferedContext[],
  storeClasses: readonly string[],
): Uint8Array {
  const offered = contexts.map(({ id, abstractSyntax, transferSyntaxes }) =>
    encodeItem(item.offeredContext, [
      Buffer.from([id, 0, 0, 0]),
      encodeItem(item.abstractSyntax, [ascii(abstractSyntax)]),
      ...transferSyntaxes.map((uid) => encodeItem(item.transferSyntax, [ascii(uid)])),
    ]),
  )
  return encodeBody(titles, offered, storeClasses.map(encodeRole))
}

/** @param rejected ids of contexts that we don't take */
export function encodeAcceptance(
  titles: Titles,
  accepted: readonly AcceptedContext[],
  rejected: readonly number[],
): Uint8Array {
  const answer = (id: number, result: number, transferSyntax: string) =>
    encodeItem(item.answeredContext, [
      Buffer.from([id, 0, result, 0]),
      encodeItem(item.transferSyntax, [ascii(transferSyntax)]),
    ])
  const contexts = [
    ...accepted.map(({ id, transferSyntax }) => answer(id, 0, transferSyntax)),
    ...rejected.map((id) => answer(id, 3, '1.2.840.10008.1.2')),
  ]
  return encodeBody(titles, contexts, [])
}

/** @returns undefined for a body that is none: too short, or items that leave it */
export function decodeNegotiation(body: Buffer): Negotiation | undefined {
  if (body.length < shortestBody) return undefined
  const items = readItems(body.subarray(shortestBody))
  const user = items?.find(({ type }) => type === item.userInformation)
  const userItems = user === undefined ? [] : readItems(user.value)
  if (items === undefined || userItems === undefined) return undefined
  const longest = userItems.find(({ type, value }) => type === item.longestPdu && value.length === 4)
  const contexts = items
    .filter(({ type }) => type === item.offeredContext || type === item.answeredContext)
    .map(({ value }) => readContext(value))
  if (contexts.includes(undefined)) return undefined
  return {
    calledAeTitle: body.toString('latin1', 4, 20).trim(),
    callingAeTitle: body.toString('latin1', 20, 36).trim(),
    contexts: contexts.filter((context) => context !== undefined),
    longestPdu: longest === undefined ? longestPdu : longest.value.readUInt32BE(0),
  }
}

function readContext(value: Buffer): ContextItem | undefined {
  const items = value.length < 4 ? undefined : readItems(value.subarray(4))
  if (items === undefined) return undefined
  const texts = (wanted: number) =>
    items
      .filter(({ type }) => type === wanted)
      .map(({ value: uid }) => uid.toString('latin1').replace(/[\0 ]+$/, ''))
  const [abstractSyntax = ''] = texts(item.abstractSyntax)
  return {
    id: value.readUInt8(0),
    result: value.readUInt8(2),
    abstractSyntax,
    transferSyntaxes: texts(item.transferSyntax),
  }
}

function readItems(bytes: Buffer): { readonly type: number; readonly value: Buffer }[] | undefined {
  const items: { type: number; value: Buffer }[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 > bytes.length ? Infinity : at + 4 + bytes.readUInt16BE(at + 2)
    if (end > bytes.length) return undefined
    items.push({ type: bytes.readUInt8(at), value: bytes.subarray(at + 4, end) })
    at = end
  }
  return items
}

function encodeBody(
  { calledAeTitle, callingAeTitle }: Titles,
  contexts: readonly Buffer[],
  roles: readonly Buffer[],
): Uint8Array {
  const longest = Buffer.alloc(4)
  longest.writeUInt32BE(longestPdu)
  const user = encodeItem(item.userInformation, [
    encodeItem(item.longestPdu, [longest]),
    encodeItem(item.implementationClass, [ascii(implementationClassUid)]),
    ...roles,
    encodeItem(item.implementationVersion, [ascii(implementationVersionName)]),
  ])
  const title = (text: string) => ascii(text.padEnd(16))
  return Buffer.concat([
    ...[Buffer.from([0, 1, 0, 0]), title(calledAeTitle), title(callingAeTitle), Buffer.alloc(32)],
    ...[encodeItem(item.applicationContext, [ascii(applicationContextName)]), ...contexts, user],
  ])
}

/** PS3.7 section D.3.3.4: not the user of the class, but its provider. */
function encodeRole(sopClass: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(sopClass.length)
  return encodeItem(item.role, [length, ascii(sopClass), Buffer.from([0, 1])])
}

function encodeItem(type: number, parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts)
  const head = Buffer.from([type, 0, 0, 0])
  head.writeUInt16BE(value.length, 2)
  return Buffer.concat([head, value])
}

function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
