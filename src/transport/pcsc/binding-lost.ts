/** The process that held the binding is gone, and with it every card it had taken. What it was doing may have happened. */
export class BindingLost extends Error {
  constructor(binding: string, reason: string) {
    super(`the process of ${binding} ${reason}`)
    this.name = 'BindingLost'
  }
}
