// Tasks in a process of its own: the measured one asks, the other answers. One task at a time.
import { once } from 'node:events'

/** Calls a task of a child process that answers with {@link answerTasks}. @throws Error with the text of what it threw. */
export async function ask(child, task, argument) {
  child.send({ task, argument })
  const [{ value, error }] = await once(child, 'message')
  if (error !== undefined) throw new Error(error)
  return value
}

/** In the child: answers with what these functions return, until the parent disconnects. */
export function answerTasks(tasks) {
  process.on('message', async ({ task, argument }) => {
    try {
      process.send({ value: await tasks[task](argument) })
    } catch (error) {
      process.send({ error: String(error) })
    }
  })
  process.on('disconnect', () => process.exit())
}
