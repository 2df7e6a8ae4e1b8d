//! The programs that injected command lines call.

use super::programs::{TECHNICAL, WORDS};

/// How sure the name of a program makes that a command line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// A name that is no word of any language.
    Technical,
    /// A name that is an English word, or a usual name of a field, too.
    Word,
}

/// For each first letter, the lengths of the names that begin with it, as bits.
const LENGTHS: [u32; 256] = {
    let mut lengths = [0; 256];
    let tables = [TECHNICAL, WORDS];
    let mut table = 0;
    while table < tables.len() {
        let mut index = 0;
        while index < tables[table].len() {
            let name = tables[table][index].as_bytes();
            lengths[name[0] as usize] |= 1 << name.len();
            index += 1;
        }
        table += 1;
    }
    lengths
};

/// Returns what kind of a command `name` is.
pub(super) fn find(name: &[u8]) -> Option<Command> {
    // Most words differ from all names in their first letter or their length.
    let letter = name.first()?.to_ascii_lowercase();
    if name.len() > 20 || LENGTHS[usize::from(letter)] & 1 << name.len() == 0 && !name.ends_with(b".exe") {
        return None;
    }
    let mut lower = [0; 24];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    let base: &[u8] = lower.strip_suffix(b".exe").unwrap_or(lower);
    let is_in = |table: &[&str]| table.binary_search_by(|entry| entry.as_bytes().cmp(base)).is_ok();
    if is_in(TECHNICAL) {
        Some(Command::Technical)
    } else if is_in(WORDS) {
        Some(Command::Word)
    } else {
        None
    }
}

/// Whether `path` leads to a folder of programs.
pub(super) fn is_program_path(path: &[u8]) -> bool {
    const FOLDERS: &[&[u8]] = &[
        b"/bin/",
        b"/sbin/",
        b"/usr/",
        b"/opt/",
        b"/tmp/",
        b"/var/tmp/",
        b"./",
        b"/dev/shm/",
    ];
    FOLDERS.iter().any(|folder| path.starts_with(folder)) || path.starts_with(b"usr/bin/") && path.len() < 24
}

#[cfg(test)]
mod tests {
    use super::super::programs::{TECHNICAL, WORDS};

    #[test]
    fn tables_are_sorted_without_duplicates() {
        assert!(TECHNICAL.is_sorted_by(|a, b| a < b), "technical");
        assert!(WORDS.is_sorted_by(|a, b| a < b), "words");
    }
}
