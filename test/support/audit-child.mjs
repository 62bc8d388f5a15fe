// Opens an audit log and writes without end. Prints `open`, `in use`, and the head after each round.
const [, , audit, file, sync] = process.argv
const { openAuditLog } = await import(audit)
try {
  const log = await openAuditLog(file, { sync: sync === 'sync' })
  process.stdout.write('open\n')
  for (let i = 0; ; i++) {
    await Promise.all(
      Array.from({ length: 20 }, (_, k) =>
        log.write({ type: 'step', i, k, filler: 'x'.repeat((i * 37 + k * 997) % 9000) }),
      ),
    )
    process.stdout.write(`${log.head.count} ${log.head.hash}\n`)
  }
} catch (error) {
  process.stdout.write(`${error.message}\n`)
}
