/** Reports as HTML and JUnit, for the reader test and the server test. Not a subpath. */
export * from './junit.ts'
export * from './markup.ts'
