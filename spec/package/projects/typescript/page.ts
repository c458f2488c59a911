import {
  createProjectClient,
  problemOf,
  ProjectClientError,
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
