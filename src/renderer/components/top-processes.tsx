/** Processes of a host, those that take most first. */
import type { TopProcess } from '../../shared/contract.ts'
import { bytesText, percentText } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'

export function TopProcesses({ processes }: { readonly processes: readonly TopProcess[] }) {
  return (
    <table className="top-processes number">
      <thead className="visually-hidden">
        <tr>
          <th>Process</th>
          <th>User</th>
          <th>CPU, of one core</th>
          <th>Memory</th>
        </tr>
      </thead>
      <tbody>
        {processes.map(({ pid, user, command, cpuRatio, memoryBytes }) => (
          <tr key={pid}>
            <td className="mono" title={`PID ${pid}`}>
              {visible(command)}
            </td>
            <td className="dim">{visible(user)}</td>
            <td className="figure">{percentText(cpuRatio)}</td>
            <td className="figure">{bytesText(memoryBytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
