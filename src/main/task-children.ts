import type { TaskAsk, TaskReport } from '../shared/task-messages.ts'

/** A utility process, as far as it is used. */
export interface UtilityChild {
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'exit', listener: (code: number) => void): unknown
  postMessage(message: unknown): void
  kill(): unknown
}

/** Starts and ends processes of tasks for the engine and passes messages on; all end with the engine. */
export function serveTaskChildren(engine: UtilityChild, start: () => UtilityChild): void {
  const children = new Map<number, UtilityChild>()
  const report = (news: TaskReport) => {
    if (children.has(news.id)) engine.postMessage(news)
  }
  const begin = (id: number) => {
    const child = start()
    children.set(id, child)
    child.on('message', (message) => {
      report({ type: 'task-process-said', id, message })
    })
    child.once('exit', (code) => {
      report({ type: 'task-process-gone', id, code })
      children.delete(id)
    })
  }
  engine.on('message', (message) => {
    const ask = message as TaskAsk | string
    if (typeof ask === 'string') return
    if (ask.type === 'start-task-process') begin(ask.id)
    else if (ask.type === 'send-to-task-process') children.get(ask.id)?.postMessage(ask.message)
    else children.get(ask.id)?.kill()
  })
  engine.once('exit', () => {
    const left = [...children.values()]
    children.clear()
    for (const child of left) child.kill()
  })
}
