/**
 * One feed of events for several processes. Each sends what it has collected to the first process; that one numbers it, and sends it
 * to all. A process that reads too slowly misses some of it: nothing waits for it, and no queue grows.
 */
import type { Worker } from 'node:cluster'
import { EventCollector, type EventBatch } from '../console/calls/event-collector.js'
import { EventFeed, type FeedMessage } from '../console/calls/event-feed.js'
import type { PlatformEvents } from './platform-process.js'

/** Messages that the other process has not read yet. */
const maxWaiting = 8

/** What a process of the platform says to the first one. */
export interface EventBatchMessage {
  readonly batch: EventBatch
}

interface FeedUpdate {
  readonly message: FeedMessage
}

/** In the first process, which serves no console itself. */
export interface CollectedEvents {
  readonly feed: EventFeed
  readonly collector: EventCollector
}

/** Returns what is to be done with a worker that has just begun. */
export function eventsForWorkers({ feed, collector }: CollectedEvents): (worker: Worker) => void {
  return (worker) => {
    const send = bounded<FeedUpdate>((message, done) => {
      if (worker.isConnected()) worker.send(message, done)
    })
    send({ message: feed.all() })
    const stop = feed.listen((message) => {
      send({ message })
    })
    worker.on('message', (message: Partial<EventBatchMessage>) => {
      if (message.batch !== undefined) collector.merge(message.batch)
    })
    worker.once('exit', stop)
  }
}

/** In each of the others. */
export function eventsOfWorker(): PlatformEvents {
  const feed = new EventFeed()
  const send = bounded<EventBatchMessage>((message, done) => {
    if (process.connected) process.send?.(message, undefined, undefined, done)
  })
  const collector = new EventCollector((batch) => {
    send({ batch })
  })
  process.on('message', ({ message }: Partial<FeedUpdate>) => {
    if (message !== undefined) feed.take(message)
  })
  return { feed, onEvent: collector.onEvent }
}

function bounded<Message>(send: (message: Message, done: () => void) => void): (message: Message) => void {
  let waiting = 0
  return (message) => {
    if (waiting >= maxWaiting) return
    waiting++
    send(message, () => waiting--)
  }
}
