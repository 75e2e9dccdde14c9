import { lookup } from 'node:dns/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { ioError } from '../../fs/io-error.ts'
import { networkError, secureOptions, type DimsePeer } from '../peer.ts'
import { moveMs } from './association.ts'
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
 * Listens for what a C-MOVE sends, while it runs: to this node's address and AE titles alone, for what was
 * asked for alone. @throws RadversaryError io-failed where the port is taken
 */
export async function openReceiver(peer: DimsePeer, port: number, incoming: Incoming): Promise<Receiver> {
  const addresses = new Set((await lookup(peer.host, { all: true })).map(({ address }) => address))
  const open = new Set<Socket>()
  let fault: unknown
  let isClosing = false
  const admit = (socket: Socket) => {
    socket.on('error', () => undefined)
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    if (!addresses.has((socket.remoteAddress ?? '').replace(/^::ffff:/, ''))) socket.destroy()
  }
  const take = (socket: Socket) => {
    socket.on('error', () => undefined)
    if (socket.destroyed) return
    receive(socket, peer, incoming).catch((error: unknown) => {
      if (!isClosing) fault ??= error
      socket.destroy()
    })
  }
  const server = serverFor(peer)
  server.maxConnections = mostConnections
  // Whoever is nobody of ours is gone before a handshake.
  server.on('connection', admit)
  server.on(peer.tls === undefined ? 'connection' : 'secureConnection', take)
  await listen(server, port)
  return {
    fault: () => fault,
    close: () => {
      isClosing = true
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
      })
    },
  }
}

function serverFor({ tls }: DimsePeer): Server {
  if (tls === undefined) return createServer()
  return createSecureServer({ ...secureOptions(tls), requestCert: true, handshakeTimeout: greetingMs })
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(ioError(`listen on port ${port}`, `port ${port}`, cause))
    })
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
  const rejected = asked.contexts.flatMap(({ id }) =>
    contexts.every((context) => context.id !== id) ? [id] : [],
  )
  await pdus.write(pduType.associateAccept, encodeAcceptance(asked, contexts, rejected))
  await takeAll(pdus, peer, contexts, asked, incoming)
  socket.end()
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
    const message = await stream.receive(moveMs, true)
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
