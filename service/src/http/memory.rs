//! How much memory the process may have: what its cgroup allows, of either version.

use std::path::{Path, PathBuf};

/// Where cgroups are mounted.
const ROOT: &str = "/sys/fs/cgroup";
/// More than any machine has: how the first version says that there is no limit.
const NONE: usize = 1 << 60;
/// What a connection takes while it holds as much as it can before its caller is known.
const CONNECTION: usize = 32 << 10;
/// Connections where nothing limits the memory.
const MOST_CONNECTIONS: usize = 8192;
/// Connections however little memory there is.
const LEAST_CONNECTIONS: usize = 64;

/// The limit of the cgroup of this process, if it has one.
pub(super) fn limit() -> Option<usize> {
    let of_process = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    smallest(&places(&of_process, Path::new(ROOT)))
}

/// The connections that an eighth of the memory has room for.
pub(super) fn connections(memory: Option<usize>) -> usize {
    memory.map_or(MOST_CONNECTIONS, |memory| {
        (memory / 8 / CONNECTION).clamp(LEAST_CONNECTIONS, MOST_CONNECTIONS)
    })
}

/// The files that may hold a limit: those of the process's group and of every group around it. Inside a container the
/// group is mounted as the root, whatever its path is outside.
fn places(of_process: &str, root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in of_process.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let (base, name) = match controllers {
            "" => (root.to_path_buf(), "memory.max"),
            list if list.split(',').any(|one| one == "memory") => {
                (root.join("memory"), "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let group = base.join(path.trim_start_matches('/'));
        let around = group.ancestors().take_while(|group| group.starts_with(&base));
        files.extend(around.map(|group| group.join(name)));
    }
    files
}

fn smallest(files: &[PathBuf]) -> Option<usize> {
    let limits = files.iter().filter_map(|file| {
        let text = std::fs::read_to_string(file).ok()?;
        text.trim().parse().ok().filter(|limit| *limit < NONE)
    });
    limits.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_smallest_of_the_groups_around_the_process_in_both_versions() {
        let root = std::env::temp_dir().join(format!("pnet-cds-cgroup-{}", std::process::id()));
        let write = |file: &str, text: &str| {
            let file = root.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write("pod/memory.max", "268435456\n");
        write("pod/app/memory.max", "max\n");
        write("memory/a/memory.limit_in_bytes", "9223372036854771712\n");
        write("memory/a/b/memory.limit_in_bytes", "134217728\n");
        let read = |of_process: &str| smallest(&places(of_process, &root));
        assert_eq!(read("0::/pod/app\n"), Some(268_435_456));
        assert_eq!(
            read("5:cpu,cpuacct:/x\n4:memory:/a/b\n0::/none\n"),
            Some(134_217_728)
        );
        assert_eq!(read("4:memory:/a\n"), None);
        assert_eq!(read("nonsense"), None);
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn connections_follow_the_memory() {
        assert_eq!(connections(None), 8192);
        assert_eq!(connections(Some(256 << 20)), 1024);
        assert_eq!(connections(Some(1 << 20)), 64);
        assert_eq!(connections(Some(1 << 40)), 8192);
    }
}
