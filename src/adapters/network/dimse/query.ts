import {
  encodeIdentifier,
  foundStudy,
  foundUids,
  instanceKeys,
  sopClassKey,
  studyKeys,
  type QueryLevel,
} from './identifiers.ts'
import type { DataElement } from '../../../core/dicom/write/encode.ts'
import { explicitLittleEndian, implicitLittleEndian } from '../../../core/dicom/transfer-syntax.ts'
import {
  mostInstances,
  mostStudies,
  type ArchivedInstance,
  type FoundStudies,
  type StudyQuery,
} from '../archive.ts'
import { networkError, type DimsePeer } from '../peer.ts'
import { answerMs, cancelledOr, openAssociation, type Association } from './association.ts'
import { answerBit, cancelRequest, commandField } from './command-set.ts'
import type { Message } from './messages.ts'
import type { AcceptedContext } from './negotiation.ts'

/** SOP classes of the Study Root (PS3.4 section C.6.2), and of C-ECHO. */
export const sopClass = {
  verification: '1.2.840.10008.1.1',
  find: '1.2.840.10008.5.1.4.1.2.2.1',
  move: '1.2.840.10008.5.1.4.1.2.2.2',
  get: '1.2.840.10008.5.1.4.1.2.2.3',
} as const

export const plainSyntaxes = [explicitLittleEndian, implicitLittleEndian]

/** C-ECHO (PS3.7 section 9.1.5). @throws as `openAssociation` */
export async function echo(peer: DimsePeer, signal?: AbortSignal): Promise<void> {
  await withService(peer, sopClass.verification, signal, async (association, context) => {
    const messageId = association.nextMessageId()
    const command = { field: commandField.echo, sopClass: sopClass.verification, messageId, hasData: false }
    await association.send(context, command)
    const answer = await association.receive(answerMs)
    const status = statusOf(peer.name, answer, { field: commandField.echo, messageId })
    if (status !== 0) throw refusal(peer.name, 'C-ECHO', status)
  })
}

/** C-FIND of studies; at most `mostStudies`. @throws as `openAssociation` */
export async function findStudies(
  peer: DimsePeer,
  query: StudyQuery,
  signal?: AbortSignal,
): Promise<FoundStudies> {
  return withService(peer, sopClass.find, signal, async (association, context) => {
    const asked = { level: 'STUDY', keys: studyKeys(query), most: mostStudies } as const
    const { found, isCut } = await find(peer.name, association, context, { ...asked, read: foundStudy })
    return { studies: found, isCut }
  })
}

/**
 * C-FIND of a study's series, then of each one's instances. @throws as `openAssociation`; network-failed for
 * too many
 */
export async function findInstances(
  peer: DimsePeer,
  study: string,
  onlySeries: string | undefined,
  signal?: AbortSignal,
): Promise<readonly ArchivedInstance[]> {
  return withService(peer, sopClass.find, signal, async (association, context) => {
    const uids = async (level: QueryLevel, keys: DataElement[], most: number) => {
      const asked = { level, keys, most, read: foundUids }
      const { found, isCut } = await find(peer.name, association, context, asked)
      if (isCut) throw networkError(peer.name, `expected at most ${most} answers, got more`)
      return found
    }
    const [studyKey, seriesKey] = instanceKeys(study, onlySeries ?? '') as [DataElement, DataElement]
    const found = await uids('SERIES', [studyKey, seriesKey], mostInstances)
    const instances: ArchivedInstance[] = []
    const series = new Set(found.map((each) => each.seriesInstanceUid))
    // An archive may leave a key out of account.
    const asked = [...series].filter((uid) => onlySeries === undefined || uid === onlySeries)
    for (const seriesInstanceUid of asked) {
      const keys = [...instanceKeys(study, seriesInstanceUid), sopClassKey]
      for (const { sopInstanceUid, sopClassUid } of await uids(
        'IMAGE',
        keys,
        mostInstances - instances.length,
      ))
        if (sopInstanceUid !== undefined)
          instances.push({ studyInstanceUid: study, seriesInstanceUid, sopInstanceUid, sopClassUid })
    }
    return instances
  })
}

interface Find<T> {
  readonly level: QueryLevel
  readonly keys: readonly DataElement[]
  readonly most: number
  /** What is kept of an answer, as soon as it has come; undefined of one that is none. */
  readonly read: (data: Uint8Array, transferSyntaxUid: string) => T | undefined
}

/** All answers to one C-FIND (PS3.7 section 9.1.2); what goes beyond `most` is cancelled. */
async function find<T>(
  node: string,
  association: Association,
  context: AcceptedContext,
  { level, keys, most, read }: Find<T>,
): Promise<{ readonly found: readonly T[]; readonly isCut: boolean }> {
  const messageId = association.nextMessageId()
  const isExplicit = context.transferSyntax === explicitLittleEndian
  const command = { field: commandField.find, sopClass: sopClass.find, messageId, hasData: true }
  await association.send(context, command, encodeIdentifier(level, keys, isExplicit))
  const found: T[] = []
  for (let answers = 0; ; answers += 1) {
    const message = await association.receive(answerMs)
    const status = statusOf(node, message, { field: commandField.find, messageId })
    if (message === undefined || !isPending(status)) {
      if (status !== 0) throw refusal(node, 'C-FIND', status)
      return { found, isCut: false }
    }
    if (answers === most) {
      await association.send(context, { field: cancelRequest, answers: messageId, hasData: false })
      association.abort()
      return { found, isCut: true }
    }
    const one = read(message.data, context.transferSyntax)
    if (one !== undefined) found.push(one)
  }
}

/**
 * The status of an answer to a request of ours; undefined where there is none. @throws network-failed for
 * another's
 */
export function statusOf(
  node: string,
  message: Message | undefined,
  { field, messageId }: { readonly field: number; readonly messageId: number },
): number | undefined {
  if (message === undefined) return undefined
  const { field: answered, answers, status } = message.command
  if (answered === (field | answerBit) && answers === messageId) return status
  throw networkError(node, 'expected an answer to what was asked, got another message')
}

export function isPending(status: number | undefined): boolean {
  return status === 0xff00 || status === 0xff01
}

/**
 * Runs work on an association that has one service. @throws network-failed where the node does not offer it
 */
export async function withService<T>(
  peer: DimsePeer,
  service: string,
  signal: AbortSignal | undefined,
  work: (association: Association, context: AcceptedContext) => Promise<T>,
): Promise<T> {
  const contexts = [{ abstractSyntax: service, transferSyntaxes: plainSyntaxes }]
  return withAssociation(peer, { contexts }, signal, async (association) => {
    const [context] = association.contexts
    if (context === undefined)
      throw networkError(peer.name, 'it does not offer this service', 'Ask who runs it.')
    return work(association, context)
  })
}

/** Opens an association, and ends it whatever the work does. */
export async function withAssociation<T>(
  peer: DimsePeer,
  offer: Parameters<typeof openAssociation>[1],
  signal: AbortSignal | undefined,
  work: (association: Association) => Promise<T>,
): Promise<T> {
  const association = await openAssociation(peer, offer, signal)
  try {
    const done = await work(association)
    await association.release()
    return done
  } catch (error) {
    association.abort()
    throw cancelledOr(error, signal)
  }
}

/** A status that is no success, by its number alone: a comment may name a patient. */
export function refusal(node: string, service: string, status: number | undefined) {
  const said = status === undefined ? 'no answer' : `status ${statusText(status)}`
  return networkError(node, `${service}: expected success, got ${said}`)
}

export function statusText(status: number): string {
  return `${status.toString(16).toUpperCase().padStart(4, '0')}H`
}
