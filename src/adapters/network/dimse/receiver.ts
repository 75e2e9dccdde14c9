import { lookup } from 'node:dns/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { ioError } from '../../fs/io-error.ts'
import { networkError, secureOptions, type DimsePeer } from '../peer.ts'
import { answerMs } from './association.ts'
import { commandField } from './command-set.ts'
import { readableSyntaxes, type Incoming } from './incoming.ts'
import { messageStream } from './messages.ts'
import { decodeNegotiation, encodeAcceptance, type AcceptedContext, type Negotiation } from './negotiation.ts'
import { pduStream, pduType, type PduStream } from './pdu.ts'

/** Whoever does not say in this time what they want is not heard. */
const greetingMs = 10_000
const mostConnections = 8

export interface Receiver {
  close(): Promise<void>
  /** A fault of our own while taking instances, such as a full disk. */
  readonly fault: () => unknown
}

/**
 * Listens for what a C-MOVE sends, while it runs: to this node's address and AE titles alone, for what was asked
 * for alone. @throws RadversaryError io-failed where the port is taken; usage where TLS has no certificate of ours
 */
export async function openReceiver(peer: DimsePeer, port: number, incoming: Incoming): Promise<Receiver> {
  const addresses = new Set((await lookup(peer.host, { all: true })).map(({ address }) => address))
  const open = new Set<Socket>()
  let fault: unknown
  const take = (socket: Socket) => {
    socket.on('error', () => undefined)
    if (!addresses.has((socket.remoteAddress ?? '').replace(/^::ffff:/, ''))) socket.destroy()
    else {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      receive(socket, peer, incoming).catch((error: unknown) => {
        fault ??= error
        socket.destroy()
      })
    }
  }
  const { tls } = peer
  const server = tls === undefined ? createServer(take) : createSecureServer({ ...secureOptions(tls), requestCert: true }, take) // prettier-ignore
  server.maxConnections = mostConnections
  await listen(server, port)
  return {
    fault: () => fault,
    close: () => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => { resolve() })) // prettier-ignore
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => { reject(ioError(`listen on port ${port}`, `port ${port}`, cause)) }) // prettier-ignore
    server.listen(port, resolve)
  })
}

async function receive(socket: Socket, peer: DimsePeer, incoming: Incoming): Promise<void> {
  const pdus = pduStream(socket, peer.name)
  const { type, body } = await pdus.read(greetingMs)
  const asked = type === pduType.associateRequest ? decodeNegotiation(body) : undefined
  if (asked === undefined) throw networkError(peer.name, 'expected an association, got something else')
  if (asked.calledAeTitle !== peer.callingAeTitle || asked.callingAeTitle !== peer.calledAeTitle) {
    await pdus.write(pduType.associateReject, Buffer.from([0, 1, 1, 7]))
    socket.end()
    return
  }
  const contexts = acceptedOf(asked)
  const rejected = asked.contexts.filter(({ id }) => contexts.every((context) => context.id !== id))
  await pdus.write(pduType.associateAccept, encodeAcceptance(asked, contexts, rejected.map(({ id }) => id))) // prettier-ignore
  await takeAll(pdus, peer, contexts, asked, incoming)
}

/** Storage alone, in the first syntax of the sender's that we read. */
function acceptedOf({ contexts }: Negotiation): AcceptedContext[] {
  return contexts.flatMap(({ id, abstractSyntax, transferSyntaxes }) => {
    const transferSyntax = transferSyntaxes.find((uid) => readableSyntaxes.includes(uid))
    const isStorage = abstractSyntax.startsWith('1.2.840.10008.5.1.4.1.1.')
    return isStorage && transferSyntax !== undefined ? [{ id, abstractSyntax, transferSyntax }] : []
  })
}

async function takeAll(
  pdus: PduStream,
  { name }: DimsePeer,
  contexts: readonly AcceptedContext[],
  { longestPdu }: Negotiation,
  incoming: Incoming,
): Promise<void> {
  const stream = messageStream(pdus, name, longestPdu)
  for (;;) {
    const message = await stream.receive(answerMs)
    if (message === undefined) {
      await pdus.write(pduType.releaseResponse, Buffer.alloc(4))
      return
    }
    const context = contexts.find(({ id }) => id === message.contextId)
    if (context === undefined || message.command.field !== commandField.store)
      throw networkError(name, 'expected an instance, got another request')
    await incoming.answer(stream, context, message)
  }
}
