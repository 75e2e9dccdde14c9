import { serveTasks } from '../threads/serve-tasks.ts'
import { engineTasks } from './engine-threads.ts'

/** The entry of a thread of the engine. */
serveTasks(engineTasks)
