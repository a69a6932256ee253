//! What `pnet-cds` says.
