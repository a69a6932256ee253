//! Files and folders that settings and arguments name: regular files only, and no more of them, no larger and no deeper
//! than makes sense, so that a pipe, a device, a loop or a whole disk is told of and holds up nothing.

use std::fs::{DirEntry, File, Metadata};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The largest file of settings, keys or certificates, in bytes.
pub(crate) const SMALL: u64 = 4 << 20;

/// What a folder may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Folders inside each other.
    pub(crate) depth: usize,
    /// Entries of all folders together.
    pub(crate) entries: usize,
    /// Whether names that begin with a dot, and what is under such folders, are looked at.
    pub(crate) dotted: bool,
}

/// A regular file, opened to be read. What is anything else is not even opened: a pipe would wait for its other end.
///
/// # Errors
/// If it is none, or cannot be opened.
pub(crate) fn regular(path: &Path) -> Result<File> {
    is_regular(&std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    // It may have been replaced in between.
    is_regular(&file.metadata()?)?;
    Ok(file)
}

fn is_regular(about: &Metadata) -> Result<()> {
    match about.is_file() {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::InvalidInput, "not a regular file")),
    }
}

/// Whether files can be made in a folder, by making one and taking it away.
///
/// # Errors
/// Why not.
pub(crate) fn can_write(folder: &Path) -> Result<()> {
    let file = folder.join(format!(".pnet-cds-{}", std::process::id()));
    File::create_new(&file)?;
    std::fs::remove_file(&file)
}

/// All of a regular file.
///
/// # Errors
/// If it is none, cannot be read, or is larger than so many bytes.
pub(crate) fn bytes(path: &Path, most: u64) -> Result<Vec<u8>> {
    whole(regular(path)?, most)
}

/// All that a reader gives.
///
/// # Errors
/// If it cannot be read, or is more than so many bytes.
pub(crate) fn whole(reader: impl Read, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(Error::new(
            ErrorKind::FileTooLarge,
            format!("larger than {}", size(most)),
        )),
        false => Ok(bytes),
    }
}

/// All of a regular file of text.
///
/// # Errors
/// As [`bytes`], or if it is no UTF-8.
pub(crate) fn text(path: &Path, most: u64) -> Result<String> {
    String::from_utf8(bytes(path, most)?).map_err(|_| Error::new(ErrorKind::InvalidData, "not UTF-8 text"))
}

/// A number of bytes for people.
pub(crate) fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

/// Every file under a folder that is wanted by its name, in the order of their paths; what is found by any name but is no
/// folder is not looked at further.
///
/// # Errors
/// Every folder that cannot be read, leads back to one that it is in, or lies too deep; more entries than the limit.
pub(crate) fn under(
    root: &Path,
    limits: Limits,
    wanted: impl Fn(&Path) -> bool,
) -> std::result::Result<Vec<PathBuf>, Vec<String>> {
    let mut walk = Walk {
        limits,
        wanted,
        entries: 0,
        found: Vec::new(),
        faults: Vec::new(),
    };
    walk.folder(root, &mut Vec::new());
    walk.found.sort();
    match walk.faults.is_empty() {
        true => Ok(walk.found),
        false => Err(walk.faults),
    }
}

struct Walk<W> {
    limits: Limits,
    wanted: W,
    entries: usize,
    found: Vec<PathBuf>,
    faults: Vec<String>,
}

impl<W: Fn(&Path) -> bool> Walk<W> {
    /// Whether to go on after a folder, which has these above it.
    fn folder(&mut self, path: &Path, above: &mut Vec<(u64, u64)>) -> bool {
        match self.entries_of(path, above) {
            Ok(entries) => {
                entries.into_iter().all(|entry| {
                    let inside = entry.path();
                    if inside.is_dir() {
                        return self.folder(&inside, above);
                    }
                    if (self.wanted)(&inside) {
                        self.found.push(inside);
                    }
                    true
                }) && above.pop().is_some()
            }
            Err(what) => {
                self.faults.push(format!("{}: {what}", path.display()));
                self.entries < self.limits.entries
            }
        }
    }

    /// The entries of a folder that count, once it is known to be one that can be walked.
    fn entries_of(
        &mut self,
        path: &Path,
        above: &mut Vec<(u64, u64)>,
    ) -> std::result::Result<Vec<DirEntry>, String> {
        let said = |error: Error| error.to_string();
        let about = std::fs::metadata(path).map_err(said)?;
        let identity = (about.dev(), about.ino());
        if above.contains(&identity) {
            return Err("leads back to a folder that it is in".to_owned());
        }
        if above.len() >= self.limits.depth {
            return Err(format!(
                "more than {} folders inside each other",
                self.limits.depth
            ));
        }
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path).map_err(said)? {
            if self.entries >= self.limits.entries {
                return Err(format!("more than {} files and folders", self.limits.entries));
            }
            self.entries += 1;
            let entry = entry.map_err(said)?;
            if self.limits.dotted || !entry.file_name().as_encoded_bytes().starts_with(b".") {
                entries.push(entry);
            }
        }
        above.push(identity);
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    const LIMITS: Limits = Limits {
        depth: 4,
        entries: 50,
        dotted: false,
    };

    fn place(name: &str) -> PathBuf {
        let place = std::env::temp_dir().join(format!("pnet-cds-files-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).unwrap();
        place
    }

    fn walked(root: &Path) -> std::result::Result<Vec<String>, Vec<String>> {
        let found = under(root, LIMITS, |path| {
            path.extension().is_some_and(|kind| kind == "txt")
        })?;
        let names = found
            .iter()
            .map(|path| path.strip_prefix(root).unwrap().display().to_string());
        Ok(names.collect())
    }

    #[test]
    fn only_regular_files_are_read_and_none_beyond_its_limit() {
        let dir = place("kinds");
        let (file, pipe, socket) = (dir.join("file"), dir.join("pipe"), dir.join("socket"));
        std::fs::write(&file, "0123456789").unwrap();
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let (link, loop_link) = (dir.join("link"), dir.join("loop"));
        symlink("file", &link).unwrap();
        symlink("loop", &loop_link).unwrap();
        assert_eq!(text(&file, 10).unwrap(), "0123456789");
        assert_eq!(text(&link, 10).unwrap(), "0123456789");
        assert_eq!(text(&file, 9).unwrap_err().to_string(), "larger than 9 bytes");
        for other in [&pipe, &socket, &dir, Path::new("/dev/zero")] {
            assert_eq!(
                bytes(other, 10).unwrap_err().to_string(),
                "not a regular file",
                "{}",
                other.display()
            );
        }
        assert!(whole(File::open("/dev/zero").unwrap(), 10).is_err());
        assert!(bytes(&loop_link, 10).is_err() && bytes(&dir.join("none"), 10).is_err());
        std::fs::write(&file, b"\xff").unwrap();
        assert_eq!(text(&file, 10).unwrap_err().to_string(), "not UTF-8 text");
    }

    #[test]
    fn a_folder_is_walked_in_the_order_of_its_names_and_links_are_followed() {
        let dir = place("walked");
        let other = place("walked-other");
        std::fs::write(other.join("z.txt"), "").unwrap();
        std::fs::create_dir_all(dir.join("b")).unwrap();
        std::fs::create_dir_all(dir.join(".hidden")).unwrap();
        for name in ["b/2.txt", "a.txt", "c.md", ".d.txt", ".hidden/e.txt"] {
            std::fs::write(dir.join(name), "").unwrap();
        }
        symlink(&other, dir.join("linked")).unwrap();
        assert_eq!(walked(&dir).unwrap(), ["a.txt", "b/2.txt", "linked/z.txt"]);
    }

    #[test]
    fn loops_depth_and_number_end_a_walk_with_what_was_too_much() {
        let loops = place("loops");
        std::fs::create_dir(loops.join("in")).unwrap();
        for name in ["one", "two", "three"] {
            symlink("..", loops.join("in").join(name)).unwrap();
        }
        symlink(".", loops.join("here")).unwrap();
        let faults = walked(&loops).unwrap_err();
        assert_eq!(faults.len(), 4, "{faults:?}");
        assert!(
            faults
                .iter()
                .all(|fault| fault.ends_with("leads back to a folder that it is in")),
            "{faults:?}"
        );
        let deep = place("deep");
        std::fs::create_dir_all(deep.join("1/2/3/4/5/6/7/8")).unwrap();
        assert_eq!(
            walked(&deep).unwrap_err(),
            [format!(
                "{}: more than 4 folders inside each other",
                deep.join("1/2/3/4").display()
            )]
        );
        let wide = place("wide");
        for number in 0..40 {
            std::fs::create_dir(wide.join(number.to_string())).unwrap();
            std::fs::write(wide.join(number.to_string()).join("a.txt"), "").unwrap();
        }
        let faults = walked(&wide).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(
            faults[0].ends_with("more than 50 files and folders"),
            "{faults:?}"
        );
        assert!(walked(&wide.join("none")).is_err());
    }
}
