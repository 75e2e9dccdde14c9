import { dataSetIn } from '../../../core/dicom/data-set.ts'
import type { OutgoingInstance, Settle } from '../archive.ts'
import type { DimsePeer } from '../peer.ts'
import { answerMs, mostContexts, type Association } from './association.ts'
import { commandField } from './command-set.ts'
import { refusal, statusOf, statusText, withAssociation } from './query.ts'

type Load = (instance: OutgoingInstance) => Promise<Uint8Array>

/**
 * C-STORE of files as they are on disk: each class in each of their transfer syntaxes is a context of its
 * own, so nobody encodes anything anew. @throws as `openAssociation`; what `load` throws
 */
export async function sendInstances(
  peer: DimsePeer,
  instances: readonly OutgoingInstance[],
  load: Load,
  settle: Settle,
  signal?: AbortSignal,
): Promise<void> {
  for (const part of partsOf(instances)) {
    const contexts = part.map(([first]) => ({
      abstractSyntax: first.sopClassUid,
      transferSyntaxes: [first.transferSyntaxUid],
    }))
    await withAssociation(peer, { contexts }, signal, async (association) => {
      for (const instance of part.flat())
        settle(instance.sopInstanceUid, await sent(peer, association, instance, load))
    })
  }
}

/** Groups of one class and syntax, as many as an association has contexts for. */
function partsOf(instances: readonly OutgoingInstance[]) {
  const groups = new Map<string, [OutgoingInstance, ...OutgoingInstance[]]>()
  for (const instance of instances) {
    const key = `${instance.sopClassUid} ${instance.transferSyntaxUid}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [instance])
    else group.push(instance)
  }
  const all = [...groups.values()]
  const parts = Math.ceil(all.length / mostContexts)
  return Array.from({ length: parts }, (_, part) => all.slice(part * mostContexts, (part + 1) * mostContexts))
}

/** @returns why it was not taken; undefined where it was */
async function sent(
  { name }: DimsePeer,
  association: Association,
  instance: OutgoingInstance,
  load: Load,
): Promise<string | undefined> {
  const { sopClassUid, sopInstanceUid, transferSyntaxUid } = instance
  const context = association.contexts.find(
    (each) => each.abstractSyntax === sopClassUid && each.transferSyntax === transferSyntaxUid,
  )
  if (context === undefined) return `the node does not take ${sopClassUid} in ${transferSyntaxUid}`
  const messageId = association.nextMessageId()
  const file = await load(instance)
  const command = {
    field: commandField.store,
    sopClass: sopClassUid,
    sopInstance: sopInstanceUid,
    messageId,
    hasData: true,
  }
  await association.send(context, command, dataSetIn(file, instance.path))
  const answer = await association.receive(answerMs)
  const status = statusOf(name, answer, { field: commandField.store, messageId })
  if (status === undefined) throw refusal(name, 'C-STORE', status)
  // Warnings (PS3.4 table B.2-1): coercion, elements discarded, no match of the class; all are stored.
  const isStored = status === 0 || [0xb000, 0xb006, 0xb007].includes(status)
  return isStored ? undefined : `the node refused it with status ${statusText(status)}`
}
