//! A PostgreSQL of the tests' own, on a socket in a directory of its own; it ends with the process that started it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

/// Starts a server, does what it is told line by line, and cleans up when nobody can tell it anything any more.
const SCRIPT: &str = r#"
set -eu
programs=$1
directory=$(mktemp -d)
server=
told=
finish() {
    [ -n "$told" ] || { cat "$directory/log" >&2; df -h "$directory" >&2; }
    [ -z "$server" ] || { kill -CONT $(pgrep -P "$server") "$server" 2>/dev/null || true; kill -QUIT "$server" 2>/dev/null || true; wait; }
    rm -rf "$directory"
}
trap finish EXIT
launch() {
    "$programs/postgres" -D "$directory/data" -k "$directory" -c listen_addresses= -c max_connections=300 >>"$directory/log" 2>&1 &
    server=$!
    until "$programs/pg_isready" -q -h "$directory" -d postgres -U pnet; do
        kill -0 "$server"
        sleep 0.1
    done
}
"$programs/initdb" --pgdata="$directory/data" --username=pnet --auth=trust --encoding=UTF8 --locale=C --no-sync >"$directory/log" 2>&1
launch
echo "$directory"
told=yes
while read -r command; do
    case $command in
        stop) kill -INT "$server"; wait "$server" || true ;;
        start) launch ;;
        hang) kill -STOP "$server" $(pgrep -P "$server") ;;
        wake) kill -CONT $(pgrep -P "$server") "$server" ;;
    esac
    echo "$command"
done
"#;

/// Where the programs are, if they are installed.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let installed = versions.into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path));
    found.into_iter().find(|programs| {
        ["initdb", "postgres", "pg_isready", "pg_dump"]
            .iter()
            .all(|name| programs.join(name).is_file())
    })
}

/// A running server.
pub(crate) struct Cluster {
    pub(crate) directory: PathBuf,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    _child: Child,
}

impl Cluster {
    /// Nothing if PostgreSQL is not installed, which is said, and is a failure where it must be.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let required = std::env::var("ACCEPTANCE_POSTGRES").is_ok_and(|value| value == "required");
            assert!(!required, "PostgreSQL is not installed");
            eprintln!("skipped: PostgreSQL is not installed");
            return None;
        };
        let root = std::fs::metadata("/proc/self")
            .is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0);
        let mut command = if root {
            // It refuses to run as root.
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let mut child = command
            .args(["-c", SCRIPT, "postgres-of-tests"])
            .arg(&programs)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let directory = line(&mut answers);
        assert!(!directory.is_empty(), "PostgreSQL did not start");
        Some(Self {
            directory: PathBuf::from(directory),
            commands,
            answers,
            _child: child,
        })
    }

    /// `stop`, `start`, `hang` or `wake`; returns when it is done.
    pub(crate) fn tell(&mut self, command: &str) {
        writeln!(self.commands, "{command}").unwrap();
        assert_eq!(line(&mut self.answers), command);
    }

    /// The address of a new, empty database.
    pub(crate) fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.run("createdb", &[&name]);
        self.url(&name)
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!(
            "postgres://pnet@localhost/{name}?host={}",
            self.directory.display()
        )
    }

    /// Runs one of its programs.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        run(&self.directory, program, arguments);
    }
}

fn run(directory: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(programs().unwrap().join(program))
        .args(["-h", &directory.display().to_string(), "-U", "pnet"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn line(answers: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    line.trim().to_owned()
}

/// The address of a new database on the server that all tests share.
pub(crate) fn database() -> Option<String> {
    static SHARED: LazyLock<Mutex<Option<Cluster>>> = LazyLock::new(|| Mutex::new(Cluster::start()));
    SHARED.lock().unwrap().as_ref().map(Cluster::database)
}
