import { explicitLittleEndian } from '../../../core/dicom/transfer-syntax.ts'
import type { ArchivedInstance } from '../archive.ts'
import { networkError, type DimsePeer } from '../peer.ts'
import { answerMs, mostContexts, moveMs, type Association } from './association.ts'
import { commandField } from './command-set.ts'
import { encodeIdentifier, instanceKeys } from './identifiers.ts'
import { readableSyntaxes, type Incoming } from './incoming.ts'
import type { AcceptedContext } from './negotiation.ts'
import {
  isPending,
  plainSyntaxes,
  refusal,
  sopClass,
  statusOf,
  withAssociation,
  withService,
} from './query.ts'

/** Instances that one request names. */
const mostNamed = 100
/** Answers that a request may have for each instance, so that a peer can't go on forever. */
const mostAnswersEach = 20

const byMove = 'Set the node to retrieve by C-MOVE (--retrieve move).'

/** C-GET: instances come on the association that they are asked for on. @throws as `openAssociation` */
export async function get(
  peer: DimsePeer,
  wanted: readonly ArchivedInstance[],
  incoming: Incoming,
  signal?: AbortSignal,
): Promise<void> {
  if (wanted.some(({ sopClassUid }) => sopClassUid === undefined))
    throw networkError(peer.name, 'it does not say what its images are', byMove)
  const storeClasses = [...new Set(wanted.flatMap(({ sopClassUid }) => sopClassUid ?? []))]
  const model = { abstractSyntax: sopClass.get, transferSyntaxes: plainSyntaxes }
  const offer = { contexts: [model, ...storageContexts(storeClasses)], storeClasses }
  await withAssociation(peer, offer, signal, async (association) => {
    const context = association.contexts.find(({ abstractSyntax }) => abstractSyntax === sopClass.get)
    if (context === undefined) throw networkError(peer.name, 'it offers no C-GET', byMove)
    for (const named of requestsOf(wanted))
      await retrieve(peer.name, association, context, { named, incoming })
  })
}

/** C-MOVE to ourselves: instances come to our own port. @throws as `openAssociation` */
export async function move(
  peer: DimsePeer,
  wanted: readonly ArchivedInstance[],
  signal?: AbortSignal,
): Promise<void> {
  await withService(peer, sopClass.move, signal, async (association, context) => {
    const moveDestination = peer.callingAeTitle
    for (const named of requestsOf(wanted))
      await retrieve(peer.name, association, context, { named, moveDestination })
  })
}

/** Each class in each syntax by itself, so that instances come as they are stored; else each class once. */
function storageContexts(classes: readonly string[]) {
  const fits = classes.length * readableSyntaxes.length < mostContexts
  return classes.flatMap((abstractSyntax) =>
    fits
      ? readableSyntaxes.map((uid) => ({ abstractSyntax, transferSyntaxes: [uid] }))
      : [{ abstractSyntax, transferSyntaxes: readableSyntaxes }],
  )
}

/** Parts of one series each, of as many instances as a request names. */
function requestsOf(wanted: readonly ArchivedInstance[]): ArchivedInstance[][] {
  const parts: ArchivedInstance[][] = []
  for (const series of new Set(wanted.map(({ seriesInstanceUid }) => seriesInstanceUid))) {
    const instances = wanted.filter(({ seriesInstanceUid }) => seriesInstanceUid === series)
    for (let at = 0; at < instances.length; at += mostNamed) parts.push(instances.slice(at, at + mostNamed))
  }
  return parts
}

interface Retrieval {
  /** Instances of one series. */
  readonly named: readonly ArchivedInstance[]
  readonly incoming?: Incoming
  readonly moveDestination?: string
}

async function retrieve(
  node: string,
  association: Association,
  context: AcceptedContext,
  { named, incoming, moveDestination }: Retrieval,
): Promise<void> {
  const isMove = moveDestination !== undefined
  const [{ studyInstanceUid, seriesInstanceUid } = { studyInstanceUid: '', seriesInstanceUid: '' }] = named
  const keys = instanceKeys(
    studyInstanceUid,
    seriesInstanceUid,
    named.map(({ sopInstanceUid }) => sopInstanceUid).join('\\'),
  )
  const data = encodeIdentifier('IMAGE', keys, context.transferSyntax === explicitLittleEndian)
  const [field, model] = isMove ? [commandField.move, sopClass.move] : [commandField.get, sopClass.get]
  const messageId = association.nextMessageId()
  await association.send(context, { field, sopClass: model, messageId, moveDestination, hasData: true }, data)
  for (let answers = 0; answers < mostAnswersEach * (named.length + 1); answers += 1) {
    const message = await association.receive(isMove ? moveMs : answerMs, !isMove)
    if (message?.command.field === commandField.store && incoming !== undefined) {
      const storage = association.contexts.find(({ id }) => id === message.contextId)
      if (storage === undefined) throw networkError(node, 'expected an agreed context, got another')
      await incoming.answer(association, storage, message)
    } else {
      const status = statusOf(node, message, { field, messageId })
      if (!isPending(status)) {
        checkEnd(node, isMove, status)
        return
      }
    }
  }
  throw networkError(node, 'expected the end of its answers, got ever more')
}

/** Failures of some (B000) show by what has not come, instance by instance. */
function checkEnd(node: string, isMove: boolean, status: number | undefined): void {
  if (status === 0 || status === 0xb000) return
  if (isMove && status === 0xa801)
    throw networkError(
      node,
      'it does not know where to move to',
      'Have our AE title, host and port entered at the archive, or retrieve by C-GET (--retrieve get).',
    )
  throw refusal(node, isMove ? 'C-MOVE' : 'C-GET', status)
}
