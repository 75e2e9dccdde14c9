import type { Archive } from '../archive.ts'
import type { DimsePeer } from '../peer.ts'
import { incoming } from './incoming.ts'
import { echo, findInstances, findStudies } from './query.ts'
import { openReceiver } from './receiver.ts'
import { get, move } from './retrieve.ts'
import { sendInstances } from './send.ts'

/** @param receivePort where C-MOVE sends to; undefined for C-GET, which needs no port of ours */
export function dimseArchive(
  peer: DimsePeer,
  receivePort: number | undefined,
  signal?: AbortSignal,
): Archive {
  return {
    echo: () => echo(peer, signal),
    studies: (query) => findStudies(peer, query, signal),
    instances: (study, series) => findInstances(peer, study, series, signal),
    send: (instances, load, settle) => sendInstances(peer, instances, load, settle, signal),
    fetch: async (wanted, receive, settle) => {
      const expected = incoming(peer.name, wanted, receive, settle)
      if (receivePort === undefined) return get(peer, wanted, expected, signal)
      const receiver = await openReceiver(peer, receivePort, expected)
      try {
        await move(peer, wanted, signal)
      } finally {
        await receiver.close()
      }
      if (receiver.fault() !== undefined) throw receiver.fault()
    },
  }
}
