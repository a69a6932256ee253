//! Files and folders that settings and arguments name: pipes, devices, sockets, loops, whole disks. Nothing hangs, and each is
//! told by its path.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "common/binary.rs"]
mod binary;

use binary::{pnet_cds, printed};
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn run(arguments: &[&str]) -> (i32, String) {
    let (code, _, err) = printed(pnet_cds().args(arguments).stdin(Stdio::null()).output().unwrap());
    (code, err)
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("named-{name}-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What is no regular file, under this name in a folder of its own.
fn odd_files(name: &str) -> Vec<PathBuf> {
    let place = |kind: &str| folder(&format!("{kind}-{name}")).join(name);
    let (pipe, zero, socket, twice) = (place("pipe"), place("zero"), place("socket"), place("loop"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    symlink("/dev/zero", &zero).unwrap();
    drop(UnixListener::bind(&socket).unwrap());
    symlink(&twice, &twice).unwrap();
    vec![pipe, zero, socket, twice]
}

fn told(arguments: &[&str], path: &Path) {
    assert_eq!(ended(arguments, path), 2, "{arguments:?}");
}

/// How a run ended that names the file.
fn ended(arguments: &[&str], path: &Path) -> i32 {
    let (code, err) = run(arguments);
    assert!(err.contains(text(path)), "{arguments:?}: {code} {err}");
    code
}

#[test]
fn what_is_no_regular_file_is_told_wherever_a_file_is_named() {
    let config = |key: &str, value: &Path| {
        let file = folder("settings").join(format!("{}.toml", value.display().to_string().replace('/', "_")));
        fs::write(&file, format!("{key} = {:?}\n", text(value))).unwrap();
        file
    };
    for file in odd_files("settings.toml") {
        told(&["settings", "--check", text(&file)], &file);
        told(&["--config", text(&file), "store", "status"], &file);
    }
    for file in odd_files("criteria.toml") {
        told(&["knowledge", "check", text(file.parent().unwrap())], &file);
        let settings = config("knowledge.dir", file.parent().unwrap());
        told(&["settings", "--check", text(&settings)], &file);
    }
    for file in odd_files("map.json") {
        let settings = config("codes.dir", file.parent().unwrap());
        told(&["settings", "--check", text(&settings)], &file);
    }
    for file in odd_files("Patient.ndjson") {
        // The other files of a population are read all the same (1), unless a name leads nowhere (2).
        for path in [text(&file), text(file.parent().unwrap())] {
            assert!(matches!(ended(&["screen", path], &file), 1 | 2), "{path}");
        }
    }
    for file in odd_files("secret") {
        let mut command = pnet_cds();
        command
            .env("PNET_CDS_STORE__URL_FILE", &file)
            .args(["store", "status"]);
        let (code, _, err) = printed(command.output().unwrap());
        assert!(code == 2 && err.contains(text(&file)), "{code} {err}");
    }
    for file in odd_files("keys.json") {
        let settings = folder("keys").join("settings.toml");
        fs::write(
            &settings,
            format!(
                "[[clients]]\nissuer = \"https://e.example\"\njwks_file = {:?}\n",
                text(&file)
            ),
        )
        .unwrap();
        let (code, err) = run(&["--config", text(&settings), "serve"]);
        assert!(code != 0 && err.contains(text(&file)), "{code} {err}");
    }
}

#[test]
fn a_file_or_folder_beyond_its_limit_is_told_with_the_limit() {
    let sparse = |path: &Path, bytes: u64| File::create(path).unwrap().set_len(bytes).unwrap();
    let knowledge = folder("large");
    sparse(&knowledge.join("criteria.toml"), 1 << 40);
    let (code, err) = run(&["knowledge", "check", text(&knowledge)]);
    assert!(
        code == 2 && err.contains("criteria.toml: larger than 64 MiB"),
        "{err}"
    );
    let settings = folder("large-settings").join("s.toml");
    sparse(&settings, 1 << 40);
    let (code, err) = run(&["settings", "--check", text(&settings)]);
    assert!(code == 2 && err.contains("s.toml: larger than 4 MiB"), "{err}");
    let (code, err) = run(&["assess", "/dev/zero"]);
    assert!(
        code == 2 && err.contains("/dev/zero: larger than 256 MiB"),
        "{err}"
    );

    let deep = folder("deep");
    let mut below = deep.clone();
    for _ in 0..40 {
        below.push("d");
    }
    fs::create_dir_all(&below).unwrap();
    for (command, limit) in [(&["knowledge", "check"][..], 16), (&["screen"], 32)] {
        let (code, err) = run(&[command, &[text(&deep)]].concat());
        assert!(
            code == 2 && err.contains(&format!("d: more than {limit} folders inside each other")),
            "{err}"
        );
    }
    let wide = folder("wide");
    for number in 0..10_050 {
        File::create(wide.join(number.to_string())).unwrap();
    }
    let (code, err) = run(&["knowledge", "check", text(&wide)]);
    assert!(
        code == 2 && err.contains("more than 10000 files and folders"),
        "{err}"
    );
}

#[test]
fn a_loop_of_folders_ends_and_is_told() {
    let root = folder("loops");
    fs::create_dir(root.join("in")).unwrap();
    for name in ["one", "two", "three"] {
        symlink("..", root.join("in").join(name)).unwrap();
        symlink(&root, root.join(name)).unwrap();
    }
    for command in ["screen", "knowledge"] {
        let check = ["knowledge", "check", text(&root)];
        let arguments = if command == "screen" {
            &["screen", text(&root)][..]
        } else {
            &check
        };
        let (code, err) = run(arguments);
        assert_eq!(
            (code, err.matches("leads back to a folder that it is in").count()),
            (2, 6),
            "{err}"
        );
    }
}

#[test]
fn a_name_that_acts_on_a_terminal_is_shown_as_what_it_is() {
    let folder = folder("names");
    for odd in [
        "a\u{1b}[2J.ndjson",
        "b\u{202e}nosjdn.json",
        "c\u{9b}31m.ndjson",
        "d\r.ndjson",
    ] {
        let path = folder.join(odd);
        fs::write(&path, "{broken").unwrap();
        for arguments in [
            ["screen", text(&path)],
            ["assess", text(&path)],
            ["screen", text(&folder)],
        ] {
            let (code, err) = run(&arguments);
            let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(code != 0 && !err.contains(acts) && err.contains("\\u"), "{err}");
        }
    }
}
