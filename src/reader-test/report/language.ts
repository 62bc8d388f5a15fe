/** Languages of the reports. */
export type ReportLanguage = 'ja' | 'en'
