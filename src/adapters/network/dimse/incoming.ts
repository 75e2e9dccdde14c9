import { readableTransferSyntaxes } from '../../../core/dicom/transfer-syntax.ts'
import { RadversaryError } from '../../../core/errors.ts'
import type { ArchivedInstance, Receive, Settle } from '../archive.ts'
import { fileOf, isAsked, isDataSet } from '../received.ts'
import { isUid, networkError } from '../peer.ts'
import { answerBit, commandField } from './command-set.ts'
import type { Message, MessageStream } from './messages.ts'
import type { AcceptedContext } from './negotiation.ts'

export const readableSyntaxes = readableTransferSyntaxes.map(({ uid }) => uid)

/** Statuses of C-STORE (PS3.4 table B.2-1, PS3.7 annex C). */
const status = { stored: 0, noRoom: 0xa700, other: 0xa900, notAuthorized: 0x0124 } as const

/** How many instances that nobody asked for a peer may offer before we end the association. */
const mostUnasked = 100

export interface Incoming {
  /** Answers one C-STORE request: takes what was asked for, once, and refuses all else. */
  answer(stream: MessageStream, context: AcceptedContext, message: Message): Promise<void>
}

/** What is to come of a node: these instances and no others. */
export function incoming(
  node: string,
  wanted: readonly ArchivedInstance[],
  receive: Receive,
  settle: Settle,
): Incoming {
  const asked = new Map(wanted.map((instance) => [instance.sopInstanceUid, instance]))
  let unasked = 0
  const store = async (context: AcceptedContext, { command, data }: Message): Promise<number> => {
    const { sopClass = '', sopInstance: uid = '' } = command
    const instance = asked.get(uid)
    if (instance === undefined) {
      unasked += 1
      if (unasked > mostUnasked) throw networkError(node, 'expected what was asked for, got other instances')
      return status.notAuthorized
    }
    const syntax = context.transferSyntax
    const file = fileOf(data, { sopClassUid: sopClass, sopInstanceUid: uid, transferSyntaxUid: syntax })
    asked.delete(uid)
    const isWhole = sopClass === context.abstractSyntax && isDataSet(data, syntax)
    if (!isWhole || !isAsked(file, sopClass, instance)) {
      settle(uid, 'what the node sent is not this instance')
      return status.other
    }
    await receive(uid, file)
    settle(uid, undefined)
    return status.stored
  }
  return {
    answer: async (stream, context, message) => {
      const { sopClass = '', sopInstance = '', messageId } = message.command
      if (!isUid(sopClass) || !isUid(sopInstance) || messageId === undefined)
        throw networkError(node, 'expected an instance with its UIDs, got another message')
      const answer = {
        field: commandField.store | answerBit,
        sopClass,
        sopInstance,
        answers: messageId,
        hasData: false,
      }
      try {
        await stream.send(context, { ...answer, status: await store(context, message) })
      } catch (error) {
        const isOurs = error instanceof RadversaryError && error.code === 'io-failed'
        if (isOurs) await stream.send(context, { ...answer, status: status.noRoom })
        throw error
      }
    },
  }
}
