//! A service on a free port, in this process; it ends with the process.

#[path = "set_up.rs"]
pub(crate) mod set_up;

use actix_web::rt::System;
use std::net::{SocketAddr, TcpListener};

/// Where a service with these settings answers; with metrics and health on another listener if one is given.
pub(crate) fn started(settings: &str, management: Option<TcpListener>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let application = set_up::application(settings, &format!("http://{address}")).unwrap();
    std::thread::spawn(move || {
        System::new()
            .block_on(application.serve(listener, management))
            .unwrap()
    });
    address
}
