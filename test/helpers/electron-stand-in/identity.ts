/** Loaded first of all: what the process says that it is. In a package the program is the package's own, though Node runs it. */
Object.defineProperty(process.versions, 'electron', { value: 'stand-in', enumerable: true })
const { STAND_IN_PROGRAM } = process.env
if (STAND_IN_PROGRAM) process.execPath = STAND_IN_PROGRAM
