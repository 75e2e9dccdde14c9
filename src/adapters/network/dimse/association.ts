import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { RadversaryError } from '../../../core/errors.ts'
import { networkError, secureOptions, type DimsePeer } from '../peer.ts'
import { messageStream, type MessageStream } from './messages.ts'
import { decodeNegotiation, encodeRequest, type AcceptedContext, type OfferedContext } from './negotiation.ts'
import { pduStream, pduType, type PduStream } from './pdu.ts'

const connectMs = 10_000
/** How long an answer may take; a tape that an archive fetches from takes minutes. */
export const answerMs = 60_000
/** The same while a C-MOVE runs, on either of its connections. */
export const moveMs = 10 * answerMs

export interface Association extends MessageStream {
  /** Contexts that the peer took. */
  readonly contexts: readonly AcceptedContext[]
  nextMessageId(): number
  /** Ends the association as PS3.8 section 7.2 has it, or the connection where that fails. */
  release(): Promise<void>
  abort(): void
}

export interface Offer {
  readonly contexts: readonly Omit<OfferedContext, 'id'>[]
  /** SOP classes of which we take instances (C-GET). */
  readonly storeClasses?: readonly string[]
}

/** At most this many contexts have an id each: odd numbers up to 255. */
export const mostContexts = 128

/**
 * @throws RadversaryError network-failed, in words for what is wrong: address, certificate, AE titles;
 * cancelled
 */
export async function openAssociation(
  peer: DimsePeer,
  { contexts, storeClasses = [] }: Offer,
  signal?: AbortSignal,
): Promise<Association> {
  const socket = await open(peer, signal)
  const pdus = pduStream(socket, peer.name, signal)
  try {
    const offered = contexts
      .slice(0, mostContexts)
      .map((context, index) => ({ ...context, id: 2 * index + 1 }))
    await pdus.write(pduType.associateRequest, encodeRequest(peer, offered, storeClasses))
    return await accepted(peer, offered, pdus)
  } catch (error) {
    pdus.close()
    throw cancelledOr(error, signal)
  }
}

/** What was thrown, or that the user ended it: then the connection was closed for that. */
export function cancelledOr<T>(error: T, signal: AbortSignal | undefined): T | RadversaryError {
  return signal?.aborted === true ? new RadversaryError('cancelled', 'Cancelled') : error
}

async function accepted(
  { name }: DimsePeer,
  offered: readonly OfferedContext[],
  pdus: PduStream,
): Promise<Association> {
  const { type, body } = await pdus.read(answerMs)
  if (type === pduType.associateReject) throw rejected(name, body)
  const answer = type === pduType.associateAccept ? decodeNegotiation(body) : undefined
  if (answer === undefined)
    throw networkError(name, 'expected an answer to an association, got another', 'Check host and port.')
  const contexts = offered.flatMap(({ id, abstractSyntax, transferSyntaxes }) => {
    const taken = answer.contexts.find((context) => context.id === id && context.result === 0)
    const transferSyntax = taken?.transferSyntaxes[0]
    const isOffered = transferSyntax !== undefined && transferSyntaxes.includes(transferSyntax)
    return isOffered ? [{ id, abstractSyntax, transferSyntax }] : []
  })
  let messageId = 0
  return {
    ...messageStream(pdus, name, answer.longestPdu),
    contexts,
    nextMessageId: () => (messageId = (messageId % 65_535) + 1),
    release: async () => {
      try {
        await pdus.write(pduType.releaseRequest, Buffer.alloc(4))
        await pdus.read(connectMs)
      } catch {
        // The work is done: how the connection ends changes nothing.
      } finally {
        pdus.close()
      }
    },
    abort: () => {
      pdus.close()
    },
  }
}

/** Reasons of A-ASSOCIATE-RJ (PS3.8 table 9-21) from the service user. */
function rejected(name: string, body: Buffer): RadversaryError {
  const [source, reason] = [body[2], body[3]]
  if (source === 1 && reason === 7)
    return networkError(name, 'it knows no such called AE title', 'Correct the AE title of the node.')
  if (source === 1 && reason === 3)
    return networkError(
      name,
      'it does not know our calling AE title',
      'Have the AE title entered at the archive, or correct that of the node.',
    )
  return networkError(name, 'it refused the association', 'Check AE titles, TLS and the load of the archive.')
}

function open(peer: DimsePeer, signal?: AbortSignal): Promise<Socket> {
  const { name, host, port, tls } = peer
  return new Promise((resolve, reject) => {
    const socket =
      tls === undefined
        ? connect({ host, port })
        : connectSecurely({
            host,
            port,
            ...secureOptions(tls),
            ...(isIP(host) === 0 && { servername: host }),
          })
    const fail = (error: unknown) => {
      socket.destroy()
      signal?.removeEventListener('abort', abort)
      reject(cancelledOr(unreachable(name, error), signal))
    }
    const abort = () => {
      fail(undefined)
    }
    socket.once('error', fail)
    socket.setTimeout(connectMs, abort)
    signal?.addEventListener('abort', abort, { once: true })
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      socket.off('error', fail)
      signal?.removeEventListener('abort', abort)
      socket.setTimeout(0)
      socket.removeListener('timeout', abort)
      socket.setKeepAlive(true, 30_000)
      socket.setNoDelay(true)
      resolve(socket)
    })
    if (signal?.aborted === true) abort()
  })
}

/** What keeps a connection from being opened, in words. */
function unreachable(node: string, error: unknown): RadversaryError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ECONNREFUSED')
    return networkError(
      node,
      'nobody listens there',
      'Check host and port, and that the archive runs.',
      error,
    )
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return networkError(node, 'there is no such host', 'Check the name of the host.', error)
  if (/CERT|SIGNATURE|ISSUER|ALTNAME|SELF_SIGNED/.test(code))
    return networkError(
      node,
      `its certificate does not hold (${code})`,
      'Name the file of the authority that signed it (--ca), and the host as the certificate has it.',
      error,
    )
  if (/SSL|TLS|EPROTO/.test(code))
    return networkError(
      node,
      `TLS failed (${code})`,
      'Check that the port expects TLS, and the files of the node.',
      error,
    )
  return networkError(node, 'it can not be reached', 'Check host, port, network and firewall.', error)
}
