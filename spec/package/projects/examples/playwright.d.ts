/** What docs/testing.md uses of Playwright, which brings browsers along. */
declare module '@playwright/test' {
  interface Route {
    fulfill(answer: { json?: unknown }): Promise<void>
  }
  interface Locator {
    click(): Promise<void>
    waitFor(): Promise<void>
  }
  interface Page {
    route(url: string, handler: (route: Route) => unknown): Promise<unknown>
    goto(url: string): Promise<unknown>
    getByRole(role: 'button'): Locator
    getByText(text: string): Locator
  }
  export const test: {
    (title: string, body: (fixtures: { page: Page }) => Promise<void>): void
    beforeAll(hook: () => unknown): void
    afterAll(hook: () => unknown): void
  }
}
