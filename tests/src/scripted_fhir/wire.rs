//! A connection with or without TLS.

use std::io::{Read, Write};

/// What a request is read from and an answer written to.
pub(super) trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}
