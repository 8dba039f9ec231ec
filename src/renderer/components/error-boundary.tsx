/** What went wrong while drawing takes its view down, not the window; the jobs know nothing of it. */
import { Component, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { Empty } from './empty.tsx'

type Props = { readonly children: ReactNode }

export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state = { error: null }

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state as { error: Error | null }
    if (error === null) return this.props.children
    return (
      <Empty title="This view broke; it is a mistake of Drover’s">
        <pre className="mono">{error.stack ?? error.message}</pre>
        <Button onPress={() => this.setState({ error: null })}>Try again</Button>
      </Empty>
    )
  }
}
