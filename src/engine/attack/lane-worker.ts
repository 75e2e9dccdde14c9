import { serveTasks } from '../threads/serve-tasks.ts'
import { laneTasks } from './lane-tasks.ts'

/** The entry of a thread that attacks stacks. */
serveTasks(laneTasks)
