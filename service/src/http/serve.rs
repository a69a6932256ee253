//! The listener at work: workers, connections, and the end of both.

use super::boundary::boundary;
use super::connection::{Arrival, Arrivals, HEAD_WITHIN, Stream, turn};
use super::cors::cors;
use super::state::State;
use super::tls::Tls;
use super::{drain, management, synthetic, watched};
use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService, Protocol};
use actix_server::{GracefulShutdownSignal, Server, ServerBuilder};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, fn_factory, fn_service, map_config,
};
use actix_tls::accept::rustls_0_23::Acceptor;
use actix_web::App;
use actix_web::dev::AppConfig;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::{Data, ServiceConfig};
use futures_util::future::{Either, select};
use rustls::ServerConfig;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// How long in-flight requests get after SIGTERM, in seconds.
const SHUTDOWN: u64 = 15;
/// File descriptors that are kept for all but callers: management, FHIR servers, keys, store, audit.
const OTHER_FILES: u64 = 256;
/// Longer than the idle time of common load balancers, so that they close first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a connection that is closed before all of a request was read goes on reading it, so that its answer arrives.
const LINGER: Duration = Duration::from_secs(1);
/// Of the connections this part may be half open: in a handshake, or before a whole request.
const HALF_OPEN: usize = 4;

/// What puts every path onto a worker.
pub(crate) trait Paths: Fn(&mut ServiceConfig) + Clone + Send + 'static {}

impl<P: Fn(&mut ServiceConfig) + Clone + Send + 'static> Paths for P {}

/// Serves these paths until SIGTERM or SIGINT, then lets requests in flight end; the management listener, where there is one, ends
/// last.
///
/// # Errors
/// If a listener cannot be used.
pub(crate) async fn serve(
    listener: TcpListener,
    management: Option<TcpListener>,
    state: Data<State>,
    paths: impl Paths,
) -> io::Result<()> {
    let possible = || std::thread::available_parallelism().map_or(1, usize::from);
    let workers = state.bounds.workers.unwrap_or_else(possible);
    let connections = possible_connections(state.bounds.max_connections);
    watched::watch(&state);
    synthetic::start(&state, state.synthetic_every, listener.local_addr()?)?;
    let managing = management
        .map(|listener| management::server(listener, state.clone()))
        .transpose()?;
    let manager = managing.as_ref().map(actix_web::dev::Server::handle);
    let server = Server::build()
        .workers(workers)
        .max_concurrent_connections(connections.div_ceil(workers))
        .shutdown_timeout(SHUTDOWN)
        .disable_signals();
    let arrivals = Arrivals::new(connections / HALF_OPEN);
    let serving = match state.door.tls.as_ref().map(Tls::config) {
        Some(config) => https(server, listener, &state, paths, arrivals, config)?,
        None => http(server, listener, &state, paths, arrivals)?,
    }
    .run();
    let managing = managing.map(actix_web::rt::spawn);
    let served = drain::until_told(serving, state.clone(), state.bounds.drain).await;
    if let Some(manager) = manager {
        manager.stop(true).await;
    }
    drop(managing);
    served
}

fn http(
    server: ServerBuilder,
    listener: TcpListener,
    state: &Data<State>,
    paths: impl Paths,
    arrivals: Arc<Arrivals>,
) -> io::Result<ServerBuilder> {
    let (state, ending) = (state.clone(), server.graceful_shutdown_signal());
    server.listen("http", listener, move || {
        let arrivals = Arc::clone(&arrivals);
        fn_service(move |io: TcpStream| {
            let arrival = arrivals.arrive();
            async move { Ok::<_, DispatchError>(connected(peer(&io), io, arrival)) }
        })
        .and_then(requests(&state, paths.clone(), ending.clone()))
    })
}

fn https(
    server: ServerBuilder,
    listener: TcpListener,
    state: &Data<State>,
    paths: impl Paths,
    arrivals: Arc<Arrivals>,
    config: ServerConfig,
) -> io::Result<ServerBuilder> {
    let (state, ending) = (state.clone(), server.graceful_shutdown_signal());
    let acceptor = Acceptor::new(config);
    server.listen("https", listener, move || {
        let (arrivals, acceptor) = (Arc::clone(&arrivals), acceptor.clone());
        fn_factory(move || {
            let making = ServiceFactory::<TcpStream>::new_service(&acceptor, ());
            let arrivals = Arc::clone(&arrivals);
            async move {
                let acceptor = Rc::new(making.await?);
                Ok::<_, ()>(fn_service(move |io: TcpStream| {
                    let (arrival, peer) = (arrivals.arrive(), peer(&io));
                    let handshake = acceptor.call(io);
                    async move {
                        let shaken = match select(pin!(arrival.is_cut()), pin!(handshake)).await {
                            Either::Left(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
                            Either::Right((shaken, _)) => shaken.map_err(io::Error::other),
                        };
                        let io = shaken.map_err(DispatchError::Io)?;
                        Ok::<_, DispatchError>(connected(peer, io, arrival))
                    }
                }))
            }
        })
        .and_then(requests(&state, paths.clone(), ending.clone()))
    })
}

fn peer(io: &TcpStream) -> Option<SocketAddr> {
    // Answers are written whole, so that waiting for more to send gains nothing.
    let _ = io.set_nodelay(true);
    io.peer_addr().ok()
}

/// A connection, as the HTTP library takes it.
type Connected<T> = (Stream<T>, Protocol, Option<SocketAddr>);

fn connected<T>(peer: Option<SocketAddr>, io: T, arrival: Arrival) -> Connected<T> {
    (Stream::new(io, arrival), Protocol::Http1, peer)
}

/// What answers the requests of connections, on one worker.
fn requests<T: AsyncRead + AsyncWrite + Unpin + 'static, P: Paths>(
    state: &Data<State>,
    paths: P,
    ending: GracefulShutdownSignal,
) -> impl ServiceFactory<Connected<T>, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<T, P>
{
    state.pulse.of_this_worker();
    let app = App::new()
        .app_data(state.clone())
        .wrap(from_fn(boundary))
        .wrap(from_fn(cors))
        .wrap(from_fn(turn))
        .configure(paths);
    let app = app
        .into_factory()
        .map_err(|error: actix_web::Error| error.error_response());
    HttpService::build()
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD_WITHIN)
        .client_disconnect_timeout(LINGER)
        .graceful_shutdown_signal(move || {
            let ending = ending.clone();
            async move { ending.notified().await }
        })
        .on_connect_ext(|io: &Stream<T>, known: &mut Extensions| {
            known.insert(io.connection());
        })
        .finish(map_config(app, |()| AppConfig::default()))
}

/// As many connections as are wanted and the system can give: one more would take the file descriptor that health
/// checks, the store or the log need.
fn possible_connections(wanted: usize) -> usize {
    let possible = rlimit::increase_nofile_limit(u64::MAX).map_or(wanted, |files| {
        usize::try_from(files.saturating_sub(OTHER_FILES).max(OTHER_FILES / 2)).unwrap_or(wanted)
    });
    if possible < wanted {
        tracing::warn!(
            wanted,
            possible,
            "fewer connections than server.max_connections: too few open files are allowed"
        );
    }
    wanted.min(possible)
}
