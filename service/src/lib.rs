//! Who `pnet-cds` talks to: HTTP, settings and the command line.
