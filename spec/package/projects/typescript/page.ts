import {
  createProjectClient,
  openPortal,
  openSocket,
  problemOf,
  ProjectClientError,
  receiveToken,
  type Problem,
  type ProjectClient,
} from 'reverse-jwt/browser'

const client: ProjectClient = createProjectClient({
  platform: 'https://platform.example',
  tokenUrl: '/token',
  onEvent: (event) => {
    if (event.type === 'skew') console.warn(event.seconds)
  },
})

export async function call(element: HTMLElement): Promise<void> {
  try {
    const answer: Response = await client.fetch('/embed/portal', { signal: AbortSignal.timeout(5_000) })
    const problem: Problem | undefined = answer.ok ? undefined : await problemOf(answer)
    element.textContent = problem?.code === 'project_suspended' ? 'paused' : await answer.text()
  } catch (error) {
    element.textContent = error instanceof ProjectClientError ? error.code : String(error)
  }
}

export function open(): Window | undefined {
  const portal = openPortal(client, document.querySelector('iframe'), '/portal', {
    onError: ({ code, message }) => console.error(code ?? message),
  })
  const close: () => void = portal.close
  addEventListener('pagehide', close)
  return openPortal(client, 'popup', new URL('/portal', client.origin)).window ?? portal.window
}

export const portal = createProjectClient({
  platform: location.origin,
  getToken: () => receiveToken({ from: ['https://shop.example'] }),
  session: true,
})

export async function listen(): Promise<void> {
  const socket: WebSocket = await openSocket(client, '/live', ['chat.v2'])
  socket.addEventListener('message', ({ data }) => console.log(data))
}
