/** The version of this Drover, core and command line alike. A test holds it equal to package.json's. */
export const VERSION = '0.1.0'
